//! What a rule is: [`Rule`], and how it is listed: [`RuleEntry`].

use lockstep_diagnostics::{BaselineState, Evidence, Finding, Fingerprint, Group, Label, Level, RuleMeta, Standing};
use lockstep_model::FunctionId;
use serde_json::{Map, Value};

use crate::{
    OptionError, RuleOption, RuleOptions, View,
    options::{listed, read},
    view::sorted,
};

/// One rule.
pub trait Rule {
    /// Its name, group, level and page.
    const META: RuleMeta;
    /// Which of its findings have another level than that of [`Self::META`] if nobody asks for one; none if no finding has.
    const VARIES: Option<&'static str> = None;
    /// True if it looks at what became of the findings of the others: it runs when they have run.
    const LAST: bool = false;
    /// True if it speaks of functions only that changed often enough to be judged: of others it says nothing yet.
    const FROM_HISTORY: bool = matches!(Self::META.group, Group::Coupling);
    /// What may be set for it under `[rules.NAME]`.
    type Options: RuleOptions;
    /// Says what it sees.
    fn check(options: &Self::Options, view: &View<'_>, sink: &mut Sink);
}

/// What a rule says, before the level in force is put on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The level if nobody asks for another; none for the rule's own.
    pub level: Option<(Level, String)>,
    /// The one sentence.
    pub message: String,
    /// The functions it is about.
    pub functions: Vec<FunctionId>,
    /// Their services.
    pub services: Vec<String>,
    /// What the finding is known by, besides the functions: a file, a contract.
    pub subjects: Vec<String>,
    /// The place to look at first.
    pub primary: Label,
    /// The other places.
    pub related: Vec<Label>,
    /// Why it is said.
    pub evidence: Vec<Evidence>,
    /// Further lines for people.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// Orders findings of one level: 0 to 1.
    pub weight: f64,
    /// True if it is about the change that is looked at.
    pub of_change: bool,
}

impl Draft {
    /// A draft that says `message` at `primary`; the rest is empty.
    pub fn new(message: impl Into<String>, primary: Label) -> Self {
        Self {
            level: None,
            message: message.into(),
            functions: Vec::new(),
            services: Vec::new(),
            subjects: Vec::new(),
            primary,
            related: Vec::new(),
            evidence: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            weight: 0.0,
            of_change: false,
        }
    }

    /// Says that the draft is about the functions with these numbers.
    pub fn about(mut self, view: &View<'_>, functions: impl IntoIterator<Item = usize>) -> Self {
        for function in functions {
            self.functions.push(view.id(function).clone());
            self.services.push(view.service(function).to_owned());
        }
        self
    }

    /// True if it is about functions of several services.
    pub(crate) fn is_between_services(&self) -> bool {
        self.services.iter().any(|service| *service != self.services[0])
    }

    /// The finding, at the level that was asked for, else at the draft's, else at the rule's.
    pub(crate) fn into_finding(self, rule: &'static RuleMeta, configured: Option<(Level, String)>) -> Finding {
        let default = || (rule.default_level, format!("`{}` is `{}` by default", rule.name, rule.default_level));
        let (level, level_origin) = configured.or(self.level).unwrap_or_else(default);
        let ids = self.functions.iter().map(FunctionId::as_str);
        let fingerprint = Fingerprint::new(rule.name, ids.chain(self.subjects.iter().map(String::as_str)));
        Finding {
            rule,
            level,
            level_origin,
            message: self.message,
            functions: sorted(self.functions),
            services: sorted(self.services),
            subjects: sorted(self.subjects),
            primary: self.primary,
            related: self.related,
            evidence: self.evidence,
            notes: self.notes,
            help: self.help,
            fingerprint,
            baseline: BaselineState::New,
            suppression: None,
            weight: self.weight,
            of_change: self.of_change,
            standing: Standing::default(),
        }
    }
}

/// Takes what a rule says.
#[derive(Default)]
pub struct Sink {
    drafts: Vec<Draft>,
}

impl Sink {
    /// Says something.
    pub fn say(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    pub(crate) fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }
}

/// A rule in the registry.
pub struct RuleEntry {
    /// Its name, group, level and page.
    pub meta: &'static RuleMeta,
    /// True if it runs when the others have run.
    pub last: bool,
    /// True if it speaks only of functions that changed often enough to be judged.
    pub from_history: bool,
    run: fn(&Map<String, Value>, &View<'_>, &mut Sink),
    read: fn(&Map<String, Value>) -> Result<(), OptionError>,
    listed: fn(&str) -> Vec<RuleOption>,
    /// Which numbers its options take.
    #[cfg(test)]
    pub(crate) ranges: &'static [(&'static str, crate::Range)],
    /// Which of its findings have another level than the rule's own if nobody asks for one.
    pub varies: Option<&'static str>,
}

impl RuleEntry {
    /// The entry of the rule `R`.
    pub const fn of<R: Rule>() -> Self {
        Self {
            meta: &R::META,
            last: R::LAST,
            from_history: R::FROM_HISTORY,
            run: |options, view, sink| R::check(&read::<R>(options).unwrap_or_default(), view, sink),
            read: |options| read::<R>(options).map(drop),
            listed: listed::<R>,
            #[cfg(test)]
            ranges: R::Options::RANGES,
            varies: R::VARIES,
        }
    }

    pub(crate) fn run(&self, options: &Map<String, Value>, view: &View<'_>, sink: &mut Sink) {
        (self.run)(options, view, sink);
    }

    /// Whether the options fit the rule.
    ///
    /// # Errors
    /// If one does not exist, or its value is of the wrong kind or out of range.
    pub fn check_options(&self, options: &Map<String, Value>) -> Result<(), OptionError> {
        (self.read)(options)
    }

    /// All options of the rule, with their defaults and what they mean.
    pub fn options(&self) -> Vec<RuleOption> {
        (self.listed)(self.meta.page)
    }
}
