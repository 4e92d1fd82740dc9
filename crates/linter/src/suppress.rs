//! What silences findings: `[[allow]]` tables of the configuration, comments beside declarations and handlers, and trailers
//! of the commits of the change that is looked at. What silences nothing is told as well.

use jiff::civil::Date;
use lockstep_config::{Config, IdPatterns, Target, day};
use lockstep_coupling::Knowledge;
use lockstep_diagnostics::{Finding, Level, RuleMeta, SuppressedBy, Suppression};
use lockstep_model::{Function, FunctionId, Location};
use lockstep_rules::{Idle, IdleBecause};

use crate::{Project, Report, beside, rules};

/// The rule that a trailer is about if it names none.
const OF_CHANGES: &str = "missing-co-change";

/// Something that accepts findings, wherever it stands.
pub(crate) struct Accepted {
    pub(crate) by: SuppressedBy,
    /// The rules it names; none for a trailer that names none.
    pub(crate) targets: Vec<Target>,
    pub(crate) about: About,
    pub(crate) reason: String,
    pub(crate) expires: Option<Date>,
    /// Where it stands; none for a commit.
    pub(crate) location: Option<Location>,
    /// What it is, in words.
    pub(crate) what: String,
    /// How a finding names it.
    pub(crate) origin: String,
}

/// The functions of a suppression.
pub(crate) enum About {
    /// Every function of a finding matches one of these.
    Each(IdPatterns),
    /// A finding is about one of these, and all its others match the patterns, if there are any.
    Beside(Vec<FunctionId>, Option<IdPatterns>),
}

/// What silences findings in this run, and what was meant to and cannot.
#[derive(Default)]
pub(crate) struct Suppressions {
    pub(crate) all: Vec<Accepted>,
    pub(crate) faults: Vec<Idle>,
}

/// What can be said in this run of what silences nothing.
pub(crate) struct Assessed<'a> {
    /// True if every function and the whole history were looked at.
    pub(crate) whole: bool,
    /// Whether a rule ran.
    pub(crate) ran: &'a dyn Fn(&RuleMeta) -> bool,
}

impl Accepted {
    fn names(&self, rule: &RuleMeta) -> Vec<bool> {
        self.targets.iter().map(|target| target.means(rule.name, rule.group)).collect()
    }

    /// Which of its rules are those of the finding, if it is about the finding.
    fn covers(&self, finding: &Finding) -> Option<Vec<bool>> {
        let names = self.names(finding.rule);
        let by_rule = if names.is_empty() { finding.rule.name == OF_CHANGES } else { names.contains(&true) };
        let ids = &finding.functions;
        let by_function = match &self.about {
            About::Each(patterns) => !ids.is_empty() && ids.iter().all(|id| patterns.contains(id)),
            About::Beside(own, None) => ids.iter().any(|id| own.contains(id)),
            About::Beside(own, Some(with)) => {
                let (here, others): (Vec<_>, Vec<_>) = ids.iter().partition(|id| own.contains(id));
                !here.is_empty() && !others.is_empty() && others.iter().all(|id| with.contains(id))
            }
        };
        (by_rule && by_function).then_some(names)
    }

    fn patterns(&self) -> Option<&IdPatterns> {
        match &self.about {
            About::Each(patterns) => Some(patterns),
            About::Beside(_, with) => with.as_ref(),
        }
    }

    fn idle(&self, about: impl IntoIterator<Item = String>, why: IdleBecause) -> Idle {
        let place = self.location.as_ref().map(|at| at.path.to_string());
        let own = match &self.about {
            About::Each(patterns) => patterns.texts().to_vec(),
            About::Beside(functions, _) => functions.iter().map(ToString::to_string).collect(),
        };
        let word = self.by.as_str().to_owned();
        let about = std::iter::once(word).chain(place).chain(own).chain(about).collect();
        Idle { what: self.what.clone(), about, location: self.location.clone(), why }
    }
}

/// Everything that accepts findings in this run.
pub(crate) fn collect(project: &Project, config: &Config, report: &Report) -> Suppressions {
    let mut found = Suppressions::default();
    for allow in &config.allows {
        let at = &allow.location;
        found.all.push(Accepted {
            by: SuppressedBy::Configuration,
            targets: vec![allow.target],
            about: About::Each(allow.functions.clone()),
            reason: allow.reason.clone(),
            expires: allow.expires,
            location: Some(at.clone()),
            what: "this `[[allow]]` table".to_owned(),
            origin: format!("at {}:{}", at.path, at.line),
        });
    }
    beside::comments(project, report, &mut found);
    trailers(project, &mut found);
    found
}

/// The trailers of the commits of the change. What is staged has no message yet.
fn trailers(project: &Project, found: &mut Suppressions) {
    let Some(change) = project.change.as_ref().filter(|change| !change.is_staged()) else { return };
    let Some((before, Ok(repository))) = change.before().zip(project.repository.as_ref().map(|all| all.lock())) else {
        return;
    };
    let rules = rules();
    let trailers = match repository.trailers(&lockstep_config::is_ours, before) {
        Ok(trailers) => trailers,
        Err(error) => return found.faults.push(unread(&error.to_string())),
    };
    for trailer in trailers {
        let origin = format!("by commit {}", trailer.commit.short());
        let what = format!("the trailer `{}` of commit {}", trailer.key, trailer.commit.short());
        match lockstep_config::allow_trailer(&trailer.key, &trailer.value, &rules) {
            Ok(read) => found.all.push(Accepted {
                by: SuppressedBy::Trailer,
                targets: read.target.into_iter().collect(),
                about: About::Each(read.functions),
                reason: read.reason,
                expires: None,
                location: None,
                what,
                origin,
            }),
            Err(message) => found.faults.push(Idle {
                what,
                about: vec!["trailer".to_owned(), trailer.value.clone()],
                location: None,
                why: IdleBecause::Fault {
                    message,
                    help: Some(format!("write `{}: FUNCTION FUNCTION -- reason`", lockstep_config::TRAILER)),
                },
            }),
        }
    }
}

/// Trailers of which nothing is known, since the commits of the change cannot be read.
fn unread(why: &str) -> Idle {
    let git = "git fetch --refetch --filter=blob:none".to_owned();
    let why = IdleBecause::Fault { message: format!("its commits cannot be read: {why}"), help: Some(git) };
    Idle { what: "any trailer of the change".to_owned(), about: vec!["trailers".to_owned()], location: None, why }
}

impl Suppressions {
    /// Silences what is accepted on the day of `as_of`, and tells what silences nothing. A forbidden finding cannot be
    /// silenced, and says so.
    pub(crate) fn apply(self, findings: &mut [Finding], report: &Report, assessed: &Assessed<'_>) -> Vec<Idle> {
        let today = day(report.graph.as_of());
        let mut idle = self.faults;
        for accepted in &self.all {
            let expired = accepted.expires.filter(|last| today > *last);
            let mut used = vec![false; accepted.targets.len()];
            let mut covered = 0;
            for finding in findings.iter_mut() {
                let Some(names) = accepted.covers(finding) else { continue };
                covered += 1;
                used.iter_mut().zip(names).for_each(|(used, name)| *used |= name);
                if expired.is_none() {
                    accepted.silence(finding);
                }
            }
            let strangers = accepted.no_functions(&report.found.functions, assessed);
            if let Some(last) = expired {
                let last = last.to_string();
                let about = accepted.targets.iter().map(|target| target.as_str().to_owned());
                idle.push(accepted.idle(about, IdleBecause::Expired { last, speak: covered }));
            } else if assessed.whole && strangers.is_empty() {
                idle.extend(accepted.silences_nothing(covered, &used, report, assessed));
            }
            idle.extend(strangers);
        }
        idle.sort_by(|a, b| (&a.location, &a.what, &a.about).cmp(&(&b.location, &b.what, &b.about)));
        idle
    }
}

impl Accepted {
    fn silence(&self, finding: &mut Finding) {
        if finding.level == Level::Forbid {
            finding.notes.push(format!("it is accepted {}, but nothing lowers `forbid`", self.origin));
        } else if finding.suppression.is_none() {
            finding.level = Level::Allow;
            finding.level_origin = format!("allowed {}: {}", self.origin, self.reason);
            finding.suppression =
                Some(Suppression { by: self.by, location: self.location.clone(), reason: self.reason.clone() });
        }
    }

    /// What it names that is no function.
    fn no_functions<'f>(&self, functions: &'f [Function], assessed: &Assessed<'_>) -> Vec<Idle> {
        let ids = || functions.iter().map(|function| &function.id);
        let names = self.patterns().filter(|_| assessed.whole).map(|patterns| patterns.idle(ids())).unwrap_or_default();
        // The first word of a trailer may have been meant for a rule.
        let rules = rules().into_iter().filter(|_| self.by == SuppressedBy::Trailer).map(|rule| rule.name);
        let rules: Vec<&str> = rules.collect();
        let one = |name: &str| {
            let word = name.trim_start_matches("*/");
            // A name without a slash is compared with the last parts of ids, and the whole id is what is meant.
            let part = |id: &'f str| if word.contains('/') { id } else { id.rsplit('/').next().unwrap_or(id) };
            let parts = ids().map(|id| part(id.as_str()));
            let near = lockstep_config::nearest(word, parts.chain(rules.iter().copied()));
            let near = near.map(|near| ids().map(FunctionId::as_str).find(|id| ends_with(id, near)).unwrap_or(near));
            let near = near.map(str::to_owned);
            self.idle([name.to_owned()], IdleBecause::NoFunction { name: name.to_owned(), near })
        };
        names.into_iter().map(one).collect()
    }

    /// True if it may be about the function.
    fn mentions(&self, id: &FunctionId) -> bool {
        match &self.about {
            About::Each(patterns) => patterns.contains(id),
            About::Beside(own, _) => own.contains(id),
        }
    }

    /// Its rules that ran and of which it silences nothing. Of functions that changed too seldom nothing is said yet, so
    /// nothing is missing.
    fn silences_nothing(&self, covered: usize, used: &[bool], report: &Report, assessed: &Assessed<'_>) -> Vec<Idle> {
        let all = rules();
        let mut nodes = report.graph.functions().iter();
        let known = nodes.any(|node| node.knowledge == Knowledge::Known && self.mentions(&node.id));
        let from_history = |rule: &RuleMeta| lockstep_rules::find(rule.name).is_some_and(|rule| rule.from_history);
        let judged = |rule: &RuleMeta| (assessed.ran)(rule) && (known || !from_history(rule));
        let ran = |meant: &dyn Fn(&RuleMeta) -> bool| all.iter().filter(|rule| meant(rule)).all(|rule| judged(rule));
        let nothing = |target: &str| self.idle([target.to_owned()], IdleBecause::Nothing { target: target.to_owned() });
        if self.targets.is_empty() {
            let idle = covered == 0 && ran(&|rule| rule.name == OF_CHANGES);
            return idle.then(|| nothing(OF_CHANGES)).into_iter().collect();
        }
        let idle = self
            .targets
            .iter()
            .zip(used)
            .filter(|(target, used)| !**used && ran(&|rule| target.means(rule.name, rule.group)));
        idle.map(|(target, _)| nothing(target.as_str())).collect()
    }
}

/// True if `part` is the id, or its end behind a slash.
fn ends_with(id: &str, part: &str) -> bool {
    id.strip_suffix(part).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}
