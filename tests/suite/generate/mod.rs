//! Random projects with contacts and times to run them at, to hold the kernel against the reference
//! interpreter.
//!
//! Invariant: the same seed gives the same case.

#![expect(
    clippy::format_push_string,
    reason = "a project is put together from pieces of text"
)]

mod bad;
mod campaigns;
mod companies;
mod conditions;
mod content;
mod events;
mod fields;
mod flight;
mod flight_meaning;
mod flight_names;
mod flight_steps;
mod flight_things;
mod funnels;
mod neighbour;
mod points;
pub(crate) mod random;
mod reuse;
mod rows;
mod scene;
mod steps;
mod tree;
mod versions;

use self::bad::OnBadValue;
use self::fields::Field;
use self::funnels::Funnel;
use self::points::Groups;
use self::random::Random;
use self::rows::Pool;
pub(crate) use self::rows::records;
use self::scene::Scene;
use self::versions::Versions;

/// A project, its contacts, and the times of its runs.
pub(crate) struct Case {
    pub(crate) seed: u64,
    /// The project of each run, with marks where something differs from run to run.
    versions: Versions,
    pub(crate) runs: Vec<String>,
    pub(crate) companies: String,
    /// The events of each run, and whether they stand in JSON lines.
    pub(crate) events: Vec<Option<(String, bool)>>,
    /// Whether the first run does with the past what later ones do.
    pub(crate) replay: bool,
    first_file: String,
    pools: Vec<Pool>,
    /// Files that the project names, by path.
    pub(crate) files: Vec<(String, String)>,
}

/// What is drawn so far.
struct Draft<'a> {
    random: &'a mut Random,
    scene: &'a Scene,
    fields: &'a [Field],
    days: Vec<String>,
    companies: &'a [Field],
    groups: &'a Groups,
    funnels: Vec<Funnel>,
    segments: usize,
    campaigns: usize,
}

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let scene = Scene::new(&mut random);
        let bad = OnBadValue::new(&mut random);
        let fields = fields::fields(&mut random, &scene, bad);
        let companies = companies::fields(scene.days());
        let groups = Groups::new(&mut random);
        let mut contacts = fields::contacts_section(&mut random, &fields, &groups);
        contacts += bad.in_contacts(&mut random);
        let mut draft = Draft {
            random: &mut random,
            scene: &scene,
            fields: &fields,
            days: scene.days(),
            companies: &companies,
            groups: &groups,
            funnels: Vec::new(),
            segments: 0,
            campaigns: 0,
        };
        draft.campaigns = draft.random.between(2, 5);
        draft.draw_funnels();
        let mut yaml = draft.head();
        yaml += &contacts;
        yaml += companies::SECTION;
        yaml += events::SECTION;
        yaml += content::DESTINATIONS;
        yaml += &draft.content_section();
        yaml += &draft.limits_section();
        yaml += &draft.segments_section();
        yaml += &draft.funnels_section();
        yaml += &draft.campaigns_section();
        yaml += &draft.points_section();
        let nothing: &[&str] = if contacts.contains(fields::MISSING) {
            &["NULL", "(none)"]
        } else {
            &[]
        };
        let pools = draft.pools(bad, nothing);
        let first_file = rows::first_file(&mut random, &pools);
        let companies = companies::file(&mut random, &companies);
        let versions = Versions::new(seed, yaml, scene.runs.len());
        let mut rows = Vec::new();
        let events = scene.runs.iter().enumerate().map(|(run, now)| {
            let (now, names) = (now.parse().expect("a moment"), versions.own_events(run));
            random
                .chance(80)
                .then(|| events::file(&mut random, now, &mut rows, &names))
        });
        let events = events.collect();
        let replay = random.chance(30);
        let files = content::member_files(&mut random);
        Case {
            seed,
            versions,
            runs: scene.runs,
            companies,
            events,
            replay,
            first_file,
            pools,
            files,
        }
    }

    /// The project at a run: campaigns may be published in one and not in another, and things may
    /// change their names.
    pub(crate) fn project(&self, run: usize) -> String {
        self.published(run, self.versions.at(run))
    }

    /// A version for the same run that does not speak of all that is gone.
    pub(crate) fn unspoken(&self, run: usize) -> Option<String> {
        Some(self.published(run, self.versions.unspoken(run)?))
    }

    /// The environment for which the project is meant.
    pub(crate) fn environment(&self) -> Option<&'static str> {
        self.versions.environment
    }

    fn published(&self, run: usize, written: &str) -> String {
        let mut random = Random::new(self.seed ^ (run as u64 + 1) << 40);
        let mut yaml = String::new();
        for line in written.lines() {
            let mut published = || random.chance(60).to_string();
            yaml += &line.replace(campaigns::SOMETIMES, &published());
            yaml.push('\n');
        }
        yaml
    }

    /// The contacts file of a run: the first one, what the run before wrote, or either with changes
    /// made outside, in the names of the project in force.
    pub(crate) fn file(&self, run: usize, output_before: &str, project: &str) -> String {
        if run == 0 {
            return self.first_file.clone();
        }
        let mut random = Random::new(self.seed ^ (run as u64) << 32);
        let base = if random.chance(60) {
            output_before
        } else {
            &self.first_file
        };
        if random.chance(50) {
            rows::edited(
                &mut random,
                &self.pools,
                base,
                &flight_names::renamed_tags(project),
            )
        } else {
            base.to_owned()
        }
    }
}

impl Draft<'_> {
    fn head(&mut self) -> String {
        let mut yaml = String::from("version: 1\nproject: generated\n");
        if let Some(zone) = self.scene.zone {
            yaml += &format!("timezone: {zone}\n");
        }
        if self.random.chance(20) {
            yaml += &format!(
                "runs: {{ every: {} }}\n",
                self.random.pick(&["1 hour", "15 minutes", "6 hours"])
            );
        }
        yaml
    }
}
