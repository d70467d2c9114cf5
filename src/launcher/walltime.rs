//! Walltimes in every form that Slurm and PBS take, and in the form that each is given.
//!
//! Slurm (sbatch(1), `--time`): minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes,
//! days-hours:minutes:seconds. PBS (pbs_resources(7B), duration): seconds, or `[[hours:]minutes:]seconds[.milliseconds]`.
//! Both agree on everything with a colon; a plain number counts minutes for the one and seconds for the other. Beside these,
//! `90min`, `1h30m` and `2d` mean the same everywhere.

use super::BatchKind;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Why a walltime can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalltimeError {
    /// It has none of the forms.
    #[error("'{text}' is no walltime: expected one as in 02:30:00, 1-12:00:00, 90min or 1h30m")]
    Form {
        /// What was given.
        text: String,
    },
    /// It is no time at all.
    #[error("a walltime of '{text}' is no time at all: expected one as in 02:30:00 or 90min")]
    Zero {
        /// What was given.
        text: String,
    },
    /// It has no end.
    #[error(
        "a walltime has to have an end, and '{text}' has none: a run drains before its end; leave --time out for the queue's own"
    )]
    Unlimited {
        /// What was given.
        text: String,
    },
}

/// Seconds of a walltime, in a form of Slurm, of PBS, or with units.
///
/// # Errors
/// Where it has none of these forms, or is zero.
pub fn parse(text: &str, kind: BatchKind) -> Result<u64, WalltimeError> {
    let trimmed = text.trim();
    let owned = || trimmed.to_owned();
    if ["unlimited", "infinite"].contains(&trimmed.to_ascii_lowercase().as_str()) {
        return Err(WalltimeError::Unlimited { text: owned() });
    }
    let found = match trimmed.split_once('-') {
        Some((days, rest)) => dashed(days, rest),
        None if trimmed.is_empty() => None,
        None if trimmed.contains(':') => colons(trimmed),
        None => match trimmed.parse::<u64>() {
            Ok(count) if kind == BatchKind::Slurm => count.checked_mul(MINUTE),
            Ok(count) => Some(count),
            Err(_) => with_units(trimmed),
        },
    };
    match found {
        None => Err(WalltimeError::Form { text: owned() }),
        Some(0) => Err(WalltimeError::Zero { text: owned() }),
        Some(seconds) => Ok(seconds),
    }
}

/// `hours[:minutes[:seconds]]` after days.
fn dashed(days: &str, rest: &str) -> Option<u64> {
    let mut seconds = number(days)?.checked_mul(DAY)?;
    let parts: Vec<&str> = rest.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    for (part, unit) in parts.into_iter().zip([HOUR, MINUTE, 1]) {
        seconds = seconds.checked_add(number(part)?.checked_mul(unit)?)?;
    }
    Some(seconds)
}

/// `[hours:]minutes:seconds[.milliseconds]`.
fn colons(text: &str) -> Option<u64> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.chars().all(|digit| digit.is_ascii_digit()) => whole,
        Some(_) => return None,
        None => text,
    };
    let parts: Vec<&str> = whole.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    let units = [HOUR, MINUTE, 1];
    let mut seconds = 0_u64;
    for (part, unit) in parts.iter().zip(&units[3 - parts.len()..]) {
        seconds = seconds.checked_add(number(part)?.checked_mul(*unit)?)?;
    }
    Some(seconds)
}

/// `2d12h`, `90min`, `1h30m`, `45s`.
fn with_units(text: &str) -> Option<u64> {
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let length = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..length] {
            "d" | "day" | "days" => DAY,
            "h" | "hour" | "hours" => HOUR,
            "m" | "min" | "minute" | "minutes" => MINUTE,
            "s" | "sec" | "second" | "seconds" => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        rest = rest[length..].trim_start();
    }
    Some(seconds)
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// A walltime as a batch system is told it: `days-hours:minutes:seconds` for Slurm, `hours:minutes:seconds` for PBS.
pub fn format(seconds: u64, kind: BatchKind) -> String {
    let clock = |hours: u64| format!("{hours:02}:{:02}:{:02}", seconds % HOUR / MINUTE, seconds % MINUTE);
    match kind {
        BatchKind::Slurm if seconds >= DAY => format!("{}-{}", seconds / DAY, clock(seconds % DAY / HOUR)),
        _ => clock(seconds / HOUR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slurms_forms_are_read() {
        let seconds = |text: &str| parse(text, BatchKind::Slurm);
        assert_eq!(seconds("30"), Ok(1800));
        assert_eq!(seconds("30:15"), Ok(1815));
        assert_eq!(seconds("2:30:15"), Ok(9015));
        assert_eq!(seconds("1-12"), Ok(36 * 3600));
        assert_eq!(seconds("1-12:30"), Ok(36 * 3600 + 1800));
        assert_eq!(seconds("1-12:30:15"), Ok(36 * 3600 + 1815));
    }

    #[test]
    fn forms_of_pbs_are_read() {
        let seconds = |text: &str| parse(text, BatchKind::Pbs);
        assert_eq!(seconds("1800"), Ok(1800));
        assert_eq!(seconds("30:15"), Ok(1815));
        assert_eq!(seconds("36:00:00"), Ok(36 * 3600));
        assert_eq!(seconds("00:30:00.500"), Ok(1800));
        assert_eq!(parse("90", BatchKind::Torque), Ok(90));
    }

    #[test]
    fn units_mean_the_same_everywhere() {
        for kind in [BatchKind::Slurm, BatchKind::Pbs, BatchKind::Torque] {
            assert_eq!(parse("90min", kind), Ok(5400));
            assert_eq!(parse("1h30m", kind), Ok(5400));
            assert_eq!(parse("2d 12 hours", kind), Ok(60 * 3600));
            assert_eq!(parse("45s", kind), Ok(45));
        }
    }

    #[test]
    fn what_is_no_walltime_is_refused() {
        for text in ["", "soon", "1:2:3:4", "1-2:3:4:5", "-3", "1h30", "3 parsecs", "1:x", "99999999999999999999", "1-"]
        {
            let found = parse(text, BatchKind::Slurm);
            assert!(matches!(found, Err(WalltimeError::Form { .. })), "{text}: {found:?}");
        }
        assert!(matches!(parse("00:00", BatchKind::Pbs), Err(WalltimeError::Zero { .. })));
        assert!(matches!(parse("UNLIMITED", BatchKind::Slurm), Err(WalltimeError::Unlimited { .. })));
    }

    #[test]
    fn each_system_gets_its_own_form() {
        assert_eq!(format(36 * 3600 + 61, BatchKind::Slurm), "1-12:01:01");
        assert_eq!(format(36 * 3600 + 61, BatchKind::Pbs), "36:01:01");
        assert_eq!(format(90, BatchKind::Slurm), "00:01:30");
        for kind in [BatchKind::Slurm, BatchKind::Pbs] {
            for seconds in [1, 59, 60, 3599, 86_399, 86_400, 1_000_000] {
                assert_eq!(parse(&format(seconds, kind), kind), Ok(seconds));
            }
        }
    }
}
