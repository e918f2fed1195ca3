//! The one test binary: a module for each thing that funnelc promises, fixtures and snapshots
//! beside it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and sets up the files that it needs"
)]

mod agreement;
mod alike;
mod assumed;
mod baseline;
mod beginners;
mod broken_files;
mod cells;
mod checks;
mod checks_weighed;
mod cli;
mod companies;
mod contract;
mod coverage;
mod diff;
mod edges;
mod events;
mod examples;
mod file_and_state;
mod findings;
mod first_journey;
mod followed;
mod formats;
mod formulas;
mod generate;
mod generated;
mod graph;
mod guide;
mod history;
mod history_page;
mod imports;
mod in_flight;
mod io_beside;
mod io_exchange;
mod io_rows;
mod io_run;
mod journal_rows;
mod kernel;
mod layout;
mod links;
mod loose;
mod many_events;
mod meanings;
mod merge;
mod moves;
mod named_files;
mod new_check;
mod nights;
mod one_moment;
mod pages;
mod patterns;
mod pictures;
mod plan;
mod projects;
mod read_back;
mod readme;
mod reference;
mod reported;
mod rest;
mod reuse;
mod rooms;
mod rows_refused;
mod run_report;
mod run_says;
mod screens;
mod secrets;
mod shape;
mod simulate;
mod simulate_command;
mod sound;
mod test_reports;
mod testing;
mod texts;
mod time_cases;
mod two_doors;
mod verdicts;
mod why;
mod words;
mod yaml;
