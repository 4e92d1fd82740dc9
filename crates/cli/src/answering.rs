//! Whether `check` can say again what it said before: it was asked the same, by the same program, and nothing changed since.

use std::{env, fs, time::SystemTime};

use lockstep_linter::{Answer, Answers, Options, Question};

use crate::{args::CheckArgs, cache, exit::Exit, session::Session, terminal};

/// A question that may have been answered.
pub struct Answering {
    answers: Answers,
    /// What is asked, but for what it is asked of.
    asked: String,
    question: Question,
}

impl Answering {
    /// What `args` ask; none if what becomes of it is more than a text on standard output, or cannot be known by what is
    /// asked.
    pub fn of(
        args: &CheckArgs,
        session: &Session,
        options: &Options,
        wishes: &lockstep_reporting::Options,
    ) -> Option<Self> {
        let common = &args.common;
        let more = !args.output.report.is_empty() || args.fetch_history || args.model.is_some() || args.paths.len() > 1;
        if common.no_cache || common.verbose > 0 || common.quiet > 1 || more {
            return None;
        }
        let answers = session.project.answers_in(&cache::folder()?)?;
        let asked = format!("{:?} {:?} {args:?} {wishes:?}", program()?, env::current_dir().ok()?);
        let question = Question::of(&session.project, &session.config, &session.levels, options, &asked)?;
        Some(Self { answers, asked, question })
    }

    /// Says again what was said; how that run ended.
    pub fn known(&self) -> Option<anyhow::Result<Exit>> {
        let Answer { text, code } = self.answers.to(&self.question)?;
        let exit = [Exit::Clean, Exit::Findings].into_iter().find(|exit| *exit as u8 == code)?;
        Some(terminal::print(|out| out.write_all(&text)).map(|()| exit).map_err(anyhow::Error::from))
    }

    /// Says `text`, and keeps it for the next time, unless something changed under the run, or its answer was not whole.
    ///
    /// # Errors
    /// If standard output cannot be written to. That an answer cannot be kept is no error.
    pub fn write(&self, text: &[u8], exit: Exit, session: &Session, options: &Options) -> anyhow::Result<()> {
        terminal::print(|out| out.write_all(text))?;
        let again = || Question::of(&session.project, &session.config, &session.levels, options, &self.asked);
        if matches!(exit, Exit::Clean | Exit::Findings) && again() == Some(self.question) {
            let _ = self.answers.keep(&self.question, &Answer { text: text.to_vec(), code: exit as u8 });
        }
        Ok(())
    }
}

/// What tells this program from one that was built from other sources: its version, size, and when it was written.
fn program() -> Option<(&'static str, u64, SystemTime)> {
    let about = fs::metadata(env::current_exe().ok()?).ok()?;
    Some((env!("CARGO_PKG_VERSION"), about.len(), about.modified().ok()?))
}
