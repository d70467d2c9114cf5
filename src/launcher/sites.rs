//! Sites that are known, by name.
//!
//! They are tables of `sites.toml`: the user's (`~/.config/swath/`), the machine's (`/etc/swath/`), and worked examples that
//! Swath brings along (`slurm/sites.toml`, `pbs/sites.toml`). The first that has a name counts.

use super::Site;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const EXAMPLES: [(&str, &str); 2] = [
    ("slurm/sites.toml", include_str!("../../slurm/sites.toml")),
    ("pbs/sites.toml", include_str!("../../pbs/sites.toml")),
];

/// Why sites can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file can't be read.
    #[error("can't read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file isn't what it should be.
    #[error("{origin} is wrong: {}", source.message())]
    Form {
        /// The file.
        origin: String,
        /// What is wrong, with its line.
        source: Box<toml::de::Error>,
    },
    /// A site says something that can't be.
    #[error("{origin}: site {site}: {what}")]
    Value {
        /// The file.
        origin: String,
        /// The site.
        site: String,
        /// What can't be.
        what: String,
    },
    /// No file has a site of this name.
    #[error("there is no site {name}; there are: {}", names.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// Names there are.
        names: Vec<String>,
    },
}

/// A site, and the file that it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSite {
    /// Its name.
    pub name: String,
    /// The file.
    pub origin: String,
    /// The site.
    pub site: Site,
}

/// All sites there are.
#[derive(Debug, Clone, Default)]
pub struct Sites {
    sites: Vec<NamedSite>,
}

impl Sites {
    /// Those of these files, where they are there, and then the examples.
    ///
    /// # Errors
    /// Where a file that is there can't be read.
    pub fn read(files: &[PathBuf]) -> Result<Sites, SiteError> {
        let mut sites = Sites::default();
        for path in files {
            match std::fs::read_to_string(path) {
                Ok(text) => sites.add(&path.display().to_string(), &text)?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(SiteError::Io { path: path.clone(), source }),
            }
        }
        for (origin, text) in EXAMPLES {
            sites.add(origin, text)?;
        }
        Ok(sites)
    }

    /// Files in which sites are looked for: the user's, then the machine's.
    pub fn files() -> Vec<PathBuf> {
        let of_home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".config"));
        let configuration = std::env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
        let user = configuration.or_else(of_home).map(|path| path.join("swath/sites.toml"));
        user.into_iter().chain([PathBuf::from("/etc/swath/sites.toml")]).collect()
    }

    fn add(&mut self, origin: &str, text: &str) -> Result<(), SiteError> {
        let read: BTreeMap<String, Site> = toml::from_str(text)
            .map_err(|source| SiteError::Form { origin: origin.to_owned(), source: Box::new(source) })?;
        for (name, site) in read {
            if let Some(what) = site.fault() {
                return Err(SiteError::Value { origin: origin.to_owned(), site: name, what });
            }
            if !self.sites.iter().any(|known| known.name == name) {
                self.sites.push(NamedSite { name, origin: origin.to_owned(), site });
            }
        }
        Ok(())
    }

    /// All of them, first those that count more.
    pub fn iter(&self) -> impl Iterator<Item = &NamedSite> {
        self.sites.iter()
    }

    /// The site of a name.
    ///
    /// # Errors
    /// [`SiteError::Unknown`] where there is none.
    pub fn named(&self, name: &str) -> Result<&NamedSite, SiteError> {
        self.iter().find(|site| site.name == name).ok_or_else(|| SiteError::Unknown {
            name: name.to_owned(),
            names: self.iter().map(|site| site.name.clone()).collect(),
        })
    }

    /// The site of a host.
    pub fn of_host(&self, host: &str) -> Option<&NamedSite> {
        self.iter().find(|known| known.site.hosts.iter().any(|start| host.starts_with(start.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::BatchKind;
    use super::super::site::JobSize;
    use super::*;

    fn sites(text: &str) -> Result<Sites, SiteError> {
        let mut sites = Sites::default();
        sites.add("sites.toml", text)?;
        Ok(sites)
    }

    const TWO_QUEUES: &str = r#"
        [here]
        on = "slurm"
        hosts = ["login"]
        max_time = "2-00"
        cores_per_node = 64
        [[here.queues]]
        name = "short"
        max_nodes = 4
        max_time = "1h"
        [[here.queues]]
        name = "wide"
        min_nodes = 2
    "#;

    #[test]
    fn a_job_gets_the_first_queue_that_takes_it() {
        let sites = sites(TWO_QUEUES).unwrap();
        let site = &sites.of_host("login7").unwrap().site;
        let size = |nodes, hours: u64| JobSize { nodes, walltime_seconds: Some(hours * 3600), kind: BatchKind::Slurm };
        let queue = |nodes, hours| site.queue_for(size(nodes, hours)).map(|queue| queue.name.as_str());
        assert_eq!(queue(1, 1), Some("short"));
        assert_eq!((queue(8, 1), queue(2, 24)), (Some("wide"), Some("wide")));
        assert_eq!((queue(1, 24), queue(8, 72)), (None, None));
        assert_eq!(site.limits_in(Some("short"), None, size(1, 1)).cores_per_node, Some(64));
        assert_eq!(site.limits_in(Some("short"), None, size(1, 1)).max_nodes, Some(4));
        assert_eq!(site.limits_in(Some("other"), None, size(1, 1)).max_nodes, None);
    }

    #[test]
    fn of_queues_of_a_name_the_first_that_takes_the_job_is_meant() {
        let sites = Sites::read(&[]).unwrap();
        let site = &sites.named("archer2").unwrap().site;
        let size = |nodes, hours: u64| JobSize { nodes, walltime_seconds: Some(hours * 3600), kind: BatchKind::Slurm };
        let qos = |nodes, hours| site.queue_named("standard", None, size(nodes, hours)).unwrap().qos.as_deref();
        assert_eq!((qos(2, 24), qos(2000, 12), qos(64, 90)), (Some("standard"), Some("largescale"), Some("long")));
        assert_eq!(qos(9000, 90), Some("long"), "one that takes it not says why");
        let named = site.queue_named("standard", Some("long"), size(2, 1)).unwrap();
        assert_eq!(named.qos.as_deref(), Some("long"));
        assert_eq!(site.queue_named("other", None, size(1, 1)), None);
    }

    #[test]
    fn what_is_misspelt_or_wrong_is_said() {
        let said = |text: &str| sites(text).unwrap_err().to_string();
        assert!(said("[a]\nmodulse = []").contains("modulse"), "{}", said("[a]\nmodulse = []"));
        assert!(said("[a]\nmax_time = \"soon\"").contains("'soon' is no walltime"));
        assert!(said("[a]\nmemory_per_node = \"much\"").contains("is no size"));
        assert!(said("a = 1").starts_with("sites.toml is wrong"));
    }

    #[test]
    fn the_first_file_counts_and_examples_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("1.toml"), folder.path().join("2.toml"));
        std::fs::write(&first, "[here]\nqueue = \"first\"").unwrap();
        std::fs::write(&second, "[here]\nqueue = \"second\"\n[there]").unwrap();
        let sites = Sites::read(&[first, second, folder.path().join("3.toml")]).unwrap();
        assert_eq!(sites.named("here").unwrap().site.queue.as_deref(), Some("first"));
        assert!(sites.named("there").is_ok());
        assert!(sites.iter().all(|known| known.origin.ends_with(".toml")) && sites.iter().count() > 3);
        assert!(matches!(sites.named("nowhere"), Err(SiteError::Unknown { .. })));
    }

    #[test]
    fn every_example_names_its_sources() {
        for known in Sites::read(&[]).unwrap().iter() {
            assert!(!known.site.sources.is_empty() && known.site.on.is_some(), "{}", known.name);
            assert!(known.site.sources.iter().all(|source| source.starts_with("https://")), "{}", known.name);
        }
    }
}
