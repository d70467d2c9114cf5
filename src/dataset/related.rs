//! Attributes by which variables name others that belong to them, as `decode_coords="all"` takes them: `bounds`,
//! `grid_mapping` and the like (CF conventions, sections 5.6, 7 and Appendix D).

use super::{DatasetError, Variable};
use serde_json::Value;

/// The attributes.
const RELATED: [&str; 10] = [
    "bounds",
    "grid_mapping",
    "climatology",
    "geometry",
    "node_coordinates",
    "node_count",
    "part_node_count",
    "interior_ring",
    "cell_measures",
    "formula_terms",
];

/// Moves the attributes into the encoding, and gives the names of the variables that they name: all those of an attribute, or
/// none where one isn't there.
///
/// # Errors
/// Where an attribute of terms begins without one.
pub(super) fn take_related(
    name: &str,
    variable: &mut Variable,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>, DatasetError> {
    let mut found = Vec::new();
    for key in RELATED {
        let Some(Value::String(text)) = variable.attributes.get(key).cloned() else { continue };
        variable.attributes.shift_remove(key);
        let text = text.replace(" :", ":");
        let names = names(key, &text).ok_or_else(|| DatasetError::BadAttribute {
            name: name.to_owned(),
            key: key.to_owned(),
            value: text.clone(),
            expected: "terms that end with ':', each before its variables",
        })?;
        if names.iter().all(|name| is_there(name)) {
            variable.encoding.related.insert(key.to_owned(), text);
            found.extend(names);
        }
    }
    Ok(found)
}

/// The variables that an attribute names: `"A: b c D: e"` names `b`, `c` and `e`, in a grid mapping `A` and `D`.
fn names(key: &str, text: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let has_terms = matches!(key, "grid_mapping" | "cell_measures" | "formula_terms") && words.len() > 1;
    if !has_terms {
        return Some(if key == "grid_mapping" {
            vec![text.to_owned()]
        } else {
            words.into_iter().map(str::to_owned).collect()
        });
    }
    words.first().filter(|word| word.contains(':'))?;
    let wants_terms = key == "grid_mapping";
    let wanted = words.into_iter().filter(|word| word.contains(':') == wants_terms);
    Some(wanted.map(|word| word.trim_matches(':').to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_told_from_variables() {
        assert_eq!(names("bounds", "time_bnds").unwrap(), ["time_bnds"]);
        assert_eq!(names("cell_measures", "area: cell_area volume: v").unwrap(), ["cell_area", "v"]);
        assert_eq!(names("grid_mapping", "crs: x y other: lat lon").unwrap(), ["crs", "other"]);
        assert_eq!(names("grid_mapping", "crs").unwrap(), ["crs"]);
        assert!(names("formula_terms", "a b: c").is_none());
    }
}
