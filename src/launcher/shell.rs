//! Words as a shell takes them, quoted only where they must be: job scripts are read by people.

use super::template::TemplateError;

/// A word of shell.
///
/// # Errors
/// [`TemplateError::Word`] where it has a null character, which no shell takes.
pub fn quoted(word: &str) -> Result<String, TemplateError> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_-+=:,./@%".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Ok(word.to_owned());
    }
    let quoted = shlex::try_quote(word).map_err(|_| TemplateError::Word { word: word.to_owned() })?;
    Ok(quoted.into_owned())
}

/// A command line.
///
/// # Errors
/// As [`quoted`].
pub fn joined(words: &[String]) -> Result<String, TemplateError> {
    Ok(words.iter().map(|word| quoted(word)).collect::<Result<Vec<_>, _>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_must_be_and_come_back_the_same() {
        assert_eq!(quoted("--ntasks=2").unwrap(), "--ntasks=2");
        assert_eq!(quoted("~/a").unwrap(), "'~/a'");
        assert!(quoted("a\0b").is_err());
        let words = ["", "a b", "it's", "$(reboot)", "a;b", "\"", "*", "--x=y", "ä"].map(str::to_owned);
        assert_eq!(shlex::split(&joined(&words).unwrap()).unwrap(), words);
    }
}
