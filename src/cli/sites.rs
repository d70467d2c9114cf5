//! `swath sites`: the sites there are, or all that is known of one.

use super::Ended;
use super::output::{show, table};
use crate::launcher::Sites;
use anyhow::Error;
use clap::Args;

/// Arguments of `swath sites`.
#[derive(Debug, Args)]
pub struct SitesArguments {
    /// Show this one, as it stands in sites.toml.
    name: Option<String>,
}

/// Lists sites, or shows one.
///
/// # Errors
/// Where a file of sites is wrong, or there is no such site.
pub fn execute(arguments: &SitesArguments) -> Result<u8, Ended> {
    let files = Sites::files();
    let sites = Sites::read(&files).map_err(Error::from)?;
    match &arguments.name {
        Some(name) => {
            let found = sites.named(name).map_err(Error::from)?;
            let text = toml::to_string(&found.site).map_err(Error::from)?;
            let text =
                text.replace("[[queues]]", &format!("[[{name}.queues]]")).replace("[env]", &format!("[{name}.env]"));
            show(&format!("# {}\n[{name}]\n{text}", found.origin));
        }
        None => {
            let header = ["site", "system", "nodes", "from", "what it is"].map(str::to_owned).to_vec();
            let rows = sites.iter().map(|known| {
                let site = &known.site;
                let cores = site.limits.cores_per_node.map_or("-".to_owned(), |cores| format!("{cores} cores"));
                let system = site.on.map_or("-".to_owned(), |kind| kind.to_string());
                vec![known.name.clone(), system, cores, known.origin.clone(), site.description.clone()]
            });
            show(&table(&std::iter::once(header).chain(rows).collect::<Vec<_>>()));
            let shown: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
            show(&format!("Your own go to {}\n", shown.join(" or ")));
        }
    }
    Ok(0)
}
