//! Reads Rust files as far as the architecture test needs: which modules of the crate does a file mention, and where?
//!
//! A scanner, not a parser: it knows comments, literals, names and `::`, and nothing of macros that make up paths.

use std::fs;
use std::path::{Path, PathBuf};

/// A Rust file of the crate.
pub struct SourceFile {
    /// Its path below the crate's root, with forward slashes.
    pub relative: String,
    pub text: String,
    /// The text without comments, strings and test modules; lines stay where they are.
    pub code: String,
}

impl SourceFile {
    /// `src/a/b/c.rs` is module path `a, b, c`; `src/a/mod.rs` is `a`.
    pub fn module_path(&self) -> Vec<String> {
        let inner = self.relative.trim_start_matches("src/").trim_end_matches(".rs");
        let mut parts: Vec<String> = inner.split('/').map(str::to_string).collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        parts
    }

    /// The module of the house that the file belongs to.
    pub fn module(&self) -> &str {
        let inner = self.relative.trim_start_matches("src/").trim_end_matches(".rs");
        inner.split('/').next().expect("split gives at least one part")
    }
}

/// One mention of a module of the crate.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    pub line: usize,
    pub module: String,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files under `src` that the house governs: not the two roots, not files of tests.
pub fn house_files() -> Vec<SourceFile> {
    let exempt = ["src/lib.rs", "src/main.rs"];
    source_files("src")
        .into_iter()
        .filter(|file| !exempt.contains(&file.relative.as_str()))
        .filter(|file| !file.module_path().iter().any(|part| part == "tests"))
        .collect()
}

pub fn source_files(directory: &str) -> Vec<SourceFile> {
    let mut found = Vec::new();
    collect(&root().join(directory), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source file is readable text");
            let relative = path.strip_prefix(root()).expect("it was found below the root");
            let code = without_comments_and_strings(&text);
            let code = if is_test_module(&path) { String::new() } else { without_test_modules(&code) };
            SourceFile { relative: relative.to_string_lossy().replace('\\', "/"), text, code }
        })
        .collect()
}

/// Whether a file, or a folder that it lies in, is declared as a module of tests only.
fn is_test_module(path: &Path) -> bool {
    path.ancestors().take_while(|place| *place != root()).any(|place| {
        let (Some(name), Some(folder)) = (place.file_stem(), place.parent()) else { return false };
        let declaration = format!("#[cfg(test)]\nmod {};", name.to_string_lossy());
        let declaring = [folder.join("mod.rs"), folder.join("lib.rs"), folder.with_extension("rs")];
        declaring.iter().any(|file| fs::read_to_string(file).is_ok_and(|text| text.contains(&declaration)))
    })
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.expect("an entry of a source directory").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines, counted from 1, that hold `word` not as a part of a longer name.
pub fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let bounded = |character: Option<char>| !character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut lines = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let held = line.match_indices(word).any(|(at, _)| {
            bounded(line[..at].chars().last())
                && (word.ends_with(':') || bounded(line[at + word.len()..].chars().next()))
        });
        if held {
            lines.push(number + 1);
        }
    }
    lines
}

/// Every module of the crate that `code`, which is the module at `module_path`, mentions by `crate::` or `super::`.
pub fn imports(code: &str, module_path: &[String]) -> Vec<Import> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts_a_path = at == 0 || tokens[at - 1].1 != "::";
        let mut climbed = match tokens[at].1 {
            "crate" if starts_a_path => module_path.len(),
            "super" if starts_a_path => 1,
            _ => 0,
        };
        at += 1;
        if climbed == 0 {
            continue;
        }
        while is(&tokens, at, "::") && is(&tokens, at + 1, "super") {
            climbed += 1;
            at += 2;
        }
        if climbed >= module_path.len() && is(&tokens, at, "::") {
            found.extend(first_segments(&tokens, at + 1));
        }
    }
    found
}

/// The names that follow `crate::`: one, or those of a group in braces.
fn first_segments(tokens: &[(usize, &str)], start: usize) -> Vec<Import> {
    let named = |at: usize| {
        let is_macro = is(tokens, at + 1, "!") && !is(tokens, at + 2, "=");
        tokens
            .get(at)
            .filter(|(_, word)| !is_macro && word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            .map(|(line, word)| Import { line: *line, module: (*word).to_string() })
    };
    if !is(tokens, start, "{") {
        return named(start).into_iter().collect();
    }
    let (mut depth, mut at, mut found) = (0, start, Vec::new());
    while at < tokens.len() {
        match tokens[at].1 {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(tokens[at].1, "{" | ",") {
            found.extend(named(at + 1));
        }
        at += 1;
    }
    found
}

fn is(tokens: &[(usize, &str)], at: usize, word: &str) -> bool {
    tokens.get(at).is_some_and(|(_, token)| *token == word)
}

/// Names, `::` and single characters, each with its line.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let name_length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let length = match name_length {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                length => length,
            };
            if !first.is_whitespace() {
                found.push((number + 1, &rest[..length]));
            }
            rest = &rest[length..];
        }
    }
    found
}

/// Blanks comments, string and character literals; newlines stay, so that lines keep their numbers.
fn without_comments_and_strings(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let end = literal_or_comment_end(&characters, at);
        if end == at {
            code.push(characters[at]);
            at += 1;
        } else {
            code.extend(characters[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none starts there.
fn literal_or_comment_end(characters: &[char], at: usize) -> usize {
    let next = |offset: usize| characters.get(at + offset).copied().unwrap_or('\0');
    let find = |from: usize, stop: &dyn Fn(usize) -> bool| {
        (from..characters.len()).find(|i| stop(*i)).unwrap_or(characters.len())
    };
    let in_a_name = at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_');
    match (characters[at], next(1)) {
        ('/', '/') => find(at, &|i| characters[i] == '\n'),
        ('/', '*') => block_comment_end(characters, at),
        ('r', '"' | '#') if !in_a_name || characters[at - 1] == 'b' => raw_string_end(characters, at),
        ('"', _) => quoted_end(characters, at, '"'),
        // A lifetime has no closing quote right after its first character.
        ('\'', '\\') => quoted_end(characters, at, '\''),
        ('\'', _) if next(2) == '\'' => at + 3,
        _ => at,
    }
}

fn block_comment_end(characters: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at < characters.len() {
        match (characters[at], characters.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn raw_string_end(characters: &[char], start: usize) -> usize {
    let hashes = characters[start + 1..].iter().take_while(|c| **c == '#').count();
    if characters.get(start + 1 + hashes) != Some(&'"') {
        return start;
    }
    let mut at = start + 2 + hashes;
    while at < characters.len() {
        if characters[at] == '"' && characters[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    at
}

fn quoted_end(characters: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < characters.len() {
        match characters[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    characters.len()
}

/// Blanks each `#[cfg(test)] mod name { ... }`.
fn without_test_modules(code: &str) -> String {
    let mut kept = code.to_string();
    let mut from = 0;
    while let Some(start) = kept[from..].find("#[cfg(test)]").map(|found| found + from) {
        from = start + 1;
        let Some(open) = kept[start..].find(['{', ';']).map(|found| found + start) else { break };
        let header: Vec<&str> = kept[start..open].split_whitespace().collect();
        if !kept[open..].starts_with('{') || !header.contains(&"mod") {
            continue;
        }
        let mut depth = 0;
        let length = kept[open..].find(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        let end = length.map_or(kept.len(), |length| open + length + 1);
        let blank: String = kept[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        kept.replace_range(start..end, &blank);
    }
    kept
}

fn imported(text: &str, module_path: &[&str]) -> Vec<String> {
    let path: Vec<String> = module_path.iter().map(|part| (*part).to_string()).collect();
    let code = without_test_modules(&without_comments_and_strings(text));
    imports(&code, &path).into_iter().map(|import| format!("{}:{}", import.line, import.module)).collect()
}

#[test]
fn imports_are_found_in_uses_groups_and_inline_paths() {
    let text = "use crate::array::Shape;\nuse crate::{plan::{Node, self}, store};\nfn f() -> crate::task::Id { crate::say!() }";
    assert_eq!(imported(text, &["kernels"]), ["1:array", "2:plan", "2:store", "3:task"]);
}

#[test]
fn imports_that_climb_to_the_root_are_found() {
    assert_eq!(imported("use super::super::plan::Node;\nuse super::loops;", &["kernels", "sum"]), ["1:plan"]);
    assert_eq!(imported("use super::plan::Node;", &["event"]), ["1:plan"]);
}

#[test]
fn comments_strings_and_test_modules_import_nothing() {
    let text = r##"
        // use crate::plan;
        /* crate::plan /* nested */ crate::plan */
        const A: &str = "crate::plan \" crate::plan";
        const B: &str = r#"crate::plan " "#;
        const C: (char, &'static str) = ('"', "crate::plan");
        #[cfg(test)]
        mod tests { fn f() { if true { crate::plan::f() } } }
        use crate::array;
    "##;
    assert_eq!(imported(text, &["kernels"]), ["9:array"]);
}

#[test]
fn a_word_within_a_longer_name_is_not_that_word() {
    assert_eq!(lines_with("let instant_count = Instantaneous;\nInstant::now()", "Instant"), [2]);
}
