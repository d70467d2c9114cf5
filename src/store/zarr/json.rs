//! Zarr's JSON files: zarr-python writes the tokens `NaN`, `Infinity` and `-Infinity`, which JSON doesn't have.

use crate::store::StoreError;
use crate::store::byte_store::ByteStore;
use serde_json::Value;

/// The JSON file of a key; `None` where there is none. Bare `NaN` and `Infinity` become strings of that name.
pub(super) fn read(bytes: &ByteStore, key: &str) -> Result<Option<Value>, StoreError> {
    let Some(content) = bytes.read(key)? else { return Ok(None) };
    let invalid = |reason: String| StoreError::InvalidMetadata { file: bytes.path(key).display().to_string(), reason };
    let text = String::from_utf8(content).map_err(|error| invalid(error.to_string()))?;
    serde_json::from_str(&text)
        .or_else(|error| serde_json::from_str(&quote_bare_floats(&text)).map_err(|_| error))
        .map(Some)
        .map_err(|error| invalid(error.to_string()))
}

/// Writes a JSON file as zarr-python lays it out.
pub(super) fn publish(bytes: &ByteStore, key: &str, value: &Value) -> Result<(), StoreError> {
    bytes.publish(key, format!("{value:#}").as_bytes())
}

/// Puts quotes around `NaN`, `Infinity` and `-Infinity` where they stand outside of strings.
fn quote_bare_floats(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let token = match next {
            '"' => string_length(rest),
            'N' | 'I' | '-' => match ["NaN", "Infinity", "-Infinity"].iter().find(|token| rest.starts_with(**token)) {
                Some(token) => {
                    result.push_str(&format!("\"{token}\""));
                    rest = &rest[token.len()..];
                    continue;
                }
                None => next.len_utf8(),
            },
            _ => next.len_utf8(),
        };
        result.push_str(&rest[..token]);
        rest = &rest[token..];
    }
    result
}

/// Bytes of the JSON string that a text starts with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (position, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return position + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_floats_become_strings_and_strings_stay() {
        let text = r#"{"a": NaN, "b": [-Infinity, Infinity, -1], "c": "NaN \" NaN é", "d": -0.5}"#;
        let value: Value = serde_json::from_str(&quote_bare_floats(text)).unwrap();
        assert_eq!(
            value,
            serde_json::json!({"a": "NaN", "b": ["-Infinity", "Infinity", -1], "c": "NaN \" NaN é", "d": -0.5})
        );
    }
}
