//! Calendars: how days are counted, and which dates they are.
//!
//! The calendars of the CF conventions, section 4.4.1. Days are counted from 1970-01-01 of the calendar itself. The
//! standard one is Julian before 1582-10-15 and Gregorian from then on; days between have no dates in it.

use serde::{Deserialize, Serialize};

/// A calendar of the CF conventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Calendar {
    /// Julian until 1582-10-04, Gregorian after that day.
    Standard,
    /// Gregorian all the time.
    ProlepticGregorian,
    /// A leap year every four years.
    Julian,
    /// 365 days a year.
    NoLeap,
    /// 366 days a year.
    AllLeap,
    /// 30 days a month.
    Day360,
}

/// A day of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDate {
    /// Astronomical: the year 0 is before the year 1.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// From 1.
    pub day: i64,
}

/// Days before each month of a year without leap day.
const DAYS_BEFORE_MONTH: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
/// Days from 1970-01-01 to 1582-10-15 of the Gregorian calendar.
const GREGORIAN_START: i64 = -141_427;
/// Days that the Julian date of a day is behind the Gregorian one, in 1970.
const JULIAN_LAG_OF_1970: i64 = 13;

impl Calendar {
    /// Every calendar, with the name that cftime and xarray give it.
    pub const ALL: [(Calendar, &'static str); 6] = [
        (Calendar::Standard, "standard"),
        (Calendar::ProlepticGregorian, "proleptic_gregorian"),
        (Calendar::Julian, "julian"),
        (Calendar::NoLeap, "noleap"),
        (Calendar::AllLeap, "all_leap"),
        (Calendar::Day360, "360_day"),
    ];

    /// The calendar of a CF name, in any case: `"noleap"`, `"365_day"`, `"360_day"`, ...
    pub fn from_name(name: &str) -> Option<Calendar> {
        Some(match name.to_lowercase().as_str() {
            "standard" | "gregorian" => Calendar::Standard,
            "proleptic_gregorian" => Calendar::ProlepticGregorian,
            "julian" => Calendar::Julian,
            "noleap" | "365_day" => Calendar::NoLeap,
            "all_leap" | "366_day" => Calendar::AllLeap,
            "360_day" => Calendar::Day360,
            _ => return None,
        })
    }

    /// cftime's name of the calendar.
    pub fn name(self) -> &'static str {
        Calendar::ALL.iter().find(|(calendar, _)| *calendar == self).map_or("", |(_, name)| name)
    }

    /// cftime's class of its dates.
    pub fn class_name(self) -> &'static str {
        match self {
            Calendar::Standard => "DatetimeGregorian",
            Calendar::ProlepticGregorian => "DatetimeProlepticGregorian",
            Calendar::Julian => "DatetimeJulian",
            Calendar::NoLeap => "DatetimeNoLeap",
            Calendar::AllLeap => "DatetimeAllLeap",
            Calendar::Day360 => "Datetime360Day",
        }
    }

    /// Whether cftime counts a year 0 in this calendar by default.
    pub fn has_year_zero(self) -> bool {
        !matches!(self, Calendar::Standard | Calendar::Julian)
    }

    /// Whether a year has a leap day.
    fn is_leap(self, year: i64) -> bool {
        let gregorian = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        match self {
            Calendar::ProlepticGregorian => gregorian,
            Calendar::Standard if year > 1582 => gregorian,
            Calendar::Standard | Calendar::Julian => year % 4 == 0,
            Calendar::AllLeap => true,
            Calendar::NoLeap | Calendar::Day360 => false,
        }
    }

    /// The last day of a month.
    pub fn days_in_month(self, year: i64, month: i64) -> i64 {
        match (self, month) {
            (Calendar::Day360, _) => 30,
            (_, 2) => 28 + i64::from(self.is_leap(year)),
            (_, month) => DAYS_BEFORE_MONTH[month as usize] - DAYS_BEFORE_MONTH[month as usize - 1],
        }
    }

    /// Days from 1970-01-01 to a date; `None` where the calendar doesn't have it.
    pub fn days(self, date: CalendarDate) -> Option<i64> {
        let CalendarDate { year, month, day } = date;
        if !(1..=12).contains(&month) || day < 1 || day > self.days_in_month(year, month) {
            return None;
        }
        let of_year = DAYS_BEFORE_MONTH[month as usize - 1] + day - 1;
        match self {
            Calendar::ProlepticGregorian => Some(days_of_leap_years(date, true)),
            Calendar::Julian => Some(days_of_leap_years(date, false)),
            Calendar::Standard => {
                let gregorian = days_of_leap_years(date, true);
                let julian = days_of_leap_years(date, false) + JULIAN_LAG_OF_1970;
                match (gregorian >= GREGORIAN_START, julian < GREGORIAN_START) {
                    (true, _) => Some(gregorian),
                    (false, true) => Some(julian),
                    (false, false) => None,
                }
            }
            Calendar::NoLeap => Some((year - 1970) * 365 + of_year),
            Calendar::AllLeap => Some((year - 1970) * 366 + of_year + i64::from(month > 2)),
            Calendar::Day360 => Some((year - 1970) * 360 + (month - 1) * 30 + day - 1),
        }
    }

    /// The date of a day, counted from 1970-01-01.
    pub fn date(self, days: i64) -> CalendarDate {
        match self {
            Calendar::ProlepticGregorian => date_of_leap_years(days, true),
            Calendar::Julian => date_of_leap_years(days, false),
            Calendar::Standard if days >= GREGORIAN_START => date_of_leap_years(days, true),
            Calendar::Standard => date_of_leap_years(days - JULIAN_LAG_OF_1970, false),
            Calendar::NoLeap => {
                let (year, of_year) = (days.div_euclid(365), days.rem_euclid(365));
                date_of_year(1970 + year, of_year, 0)
            }
            Calendar::AllLeap => {
                let (year, of_year) = (days.div_euclid(366), days.rem_euclid(366));
                date_of_year(1970 + year, of_year, 1)
            }
            Calendar::Day360 => {
                let (year, of_year) = (days.div_euclid(360), days.rem_euclid(360));
                CalendarDate { year: 1970 + year, month: of_year / 30 + 1, day: of_year % 30 + 1 }
            }
        }
    }

    /// The day of the year of a date, from 1.
    pub fn day_of_year(self, date: CalendarDate) -> i64 {
        match self {
            Calendar::Day360 => (date.month - 1) * 30 + date.day,
            _ => {
                let leap_day = i64::from(date.month > 2 && self.is_leap(date.year));
                DAYS_BEFORE_MONTH[date.month as usize - 1] + leap_day + date.day
            }
        }
    }

    /// The day of the week of a day, Monday 0, as cftime counts weeks in calendars that have none.
    pub fn weekday(self, days: i64) -> i64 {
        let of_1970 = match self {
            Calendar::Julian | Calendar::Day360 => 2,
            Calendar::AllLeap => 6,
            Calendar::Standard | Calendar::ProlepticGregorian | Calendar::NoLeap => 3,
        };
        (days + of_1970).rem_euclid(7)
    }
}

/// Days from 1970-01-01 of a calendar with leap years, Gregorian or Julian: years begin in March, so that leap days end
/// them.
fn days_of_leap_years(date: CalendarDate, gregorian: bool) -> i64 {
    let year = if date.month <= 2 { date.year - 1 } else { date.year };
    let of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    let leap_days = year.div_euclid(4) - if gregorian { year.div_euclid(100) - year.div_euclid(400) } else { 0 };
    let of_1970 = if gregorian { 719_468 } else { 719_483 };
    year * 365 + leap_days + of_year - of_1970
}

fn date_of_leap_years(days: i64, gregorian: bool) -> CalendarDate {
    let shifted = days + if gregorian { 719_468 } else { 719_483 };
    // Years of the mean length are off by one at most.
    let guess = if gregorian { (shifted * 400).div_euclid(146_097) } else { (shifted * 4).div_euclid(1461) };
    let first = |year: i64| days_of_leap_years(CalendarDate { year, month: 3, day: 1 }, gregorian);
    let year = (guess - 1..=guess + 1).rev().find(|&year| first(year) <= days).unwrap_or(guess - 1);
    let of_year = days - first(year);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    CalendarDate { year: year + i64::from(month >= 10), month: (month + 2) % 12 + 1, day }
}

/// The date of a day of a year, from 0, where February has so many days more than 28.
fn date_of_year(year: i64, of_year: i64, leap_days: i64) -> CalendarDate {
    let before = |month: usize| DAYS_BEFORE_MONTH[month] + if month >= 2 { leap_days } else { 0 };
    let month = (0..12).rev().find(|&month| before(month) <= of_year).unwrap_or(0);
    CalendarDate { year, month: month as i64 + 1, day: of_year - before(month) + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_other_s_inverse() {
        for (calendar, name) in Calendar::ALL {
            assert_eq!(calendar.date(0), CalendarDate { year: 1970, month: 1, day: 1 }, "{name}");
            let mut last = calendar.date(-800_001);
            for days in -800_000..400_000 {
                let date = calendar.date(days);
                assert_eq!(calendar.days(date), Some(days), "{name} {date:?}");
                let follows = (last.day + 1 == date.day && last.month == date.month) || date.day == 1 || date.day == 15;
                assert!(follows, "{name}: {date:?} after {last:?}");
                last = date;
            }
        }
    }

    #[test]
    fn calendars_have_the_days_that_they_are_known_for() {
        let date = |year, month, day| CalendarDate { year, month, day };
        assert_eq!(Calendar::Standard.days(date(1582, 10, 4)), Some(GREGORIAN_START - 1));
        assert_eq!(Calendar::Standard.days(date(1582, 10, 10)), None);
        assert_eq!(Calendar::Standard.days(date(1, 1, 1)), Some(-719_164));
        assert_eq!(Calendar::ProlepticGregorian.days(date(1, 1, 1)), Some(-719_162));
        assert_eq!(Calendar::NoLeap.days(date(2000, 2, 29)), None);
        assert_eq!(Calendar::AllLeap.day_of_year(date(2001, 3, 1)), 61);
        assert_eq!(Calendar::Day360.days(date(2000, 2, 30)), Some(30 * 360 + 59));
        assert_eq!(Calendar::ProlepticGregorian.weekday(0), 3);
    }
}
