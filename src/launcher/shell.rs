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

/// A word of shell in which variables, `$NAME` and `${NAME}`, stand for what they are when the job runs; nothing else is
/// expanded.
///
/// # Errors
/// As [`quoted`].
pub fn expanding(word: &str) -> Result<String, TemplateError> {
    let is_start = |character: Option<char>| character.is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let is_name = |rest: &str| match rest.strip_prefix('{') {
        Some(braced) => braced.split_once('}').is_some_and(|(name, _)| {
            is_start(name.chars().next())
                && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        }),
        None => is_start(rest.chars().next()),
    };
    let has_variable = word.match_indices('$').any(|(at, _)| is_name(&word[at + 1..]));
    if !has_variable || word.contains('\0') {
        return quoted(word);
    }
    let mut text = String::from('"');
    for (at, character) in word.char_indices() {
        let is_kept = character != '$' || is_name(&word[at + 1..]);
        if "\"\\`".contains(character) || !is_kept {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
    Ok(text)
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

    #[test]
    fn variables_are_expanded_and_nothing_else() {
        assert_eq!(expanding("--hostfile=$PBS_NODEFILE").unwrap(), "\"--hostfile=$PBS_NODEFILE\"");
        assert_eq!(expanding("${TMPDIR}/a b").unwrap(), "\"${TMPDIR}/a b\"");
        assert_eq!(expanding("$A `x` $(y) \" \\ $1 $").unwrap(), "\"$A \\`x\\` \\$(y) \\\" \\\\ \\$1 \\$\"");
        assert_eq!(expanding("$(reboot)").unwrap(), quoted("$(reboot)").unwrap());
        assert_eq!(expanding("$A ${B:-`x`}").unwrap(), "\"$A \\${B:-\\`x\\`}\"");
        assert_eq!(expanding("plain").unwrap(), "plain");
        assert!(expanding("$A\0").is_err());
    }
}
