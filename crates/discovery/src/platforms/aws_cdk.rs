//! AWS CDK in TypeScript, JavaScript and Python: the app is evaluated, never run, and every construct that is a function
//! is judged where its literals stand.

mod apps;
mod code;
mod constructs;
mod functions;
mod host;
mod places;
mod roots;
mod routes;
mod states;
mod uses;
mod wiring;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::FileSet;
use lockstep_script::Sources;

use crate::platform::{Declared, Platform};

/// As printed.
pub(crate) const NAME: &str = "aws-cdk";

/// The platform.
pub struct AwsCdk;

impl Platform for AwsCdk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("aws_cdk.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let sources = Sources::new(files);
        let mut found = functions::Gathered::default();
        let mut seen = Vec::new();
        let mut budget = apps::Budget::whole();
        for app in apps::find(files, &mut all.problems) {
            let evaluation = apps::evaluate(&sources, &app, &mut budget);
            seen.extend(evaluation.files.iter().cloned());
            found.add(&sources, &app, &evaluation, &mut all.problems);
        }
        seen.sort();
        for app in apps::unnamed(&sources, &seen) {
            let evaluation = apps::evaluate(&sources, &app, &mut budget);
            let makes_app = evaluation.events.iter().any(constructs::is_app);
            if makes_app && seen.binary_search(&app.entry).is_err() {
                seen.extend(evaluation.files.iter().cloned());
                seen.sort();
                found.add(&sources, &app, &evaluation, &mut all.problems);
            }
        }
        seen.dedup();
        // Constructs that no app makes: libraries of constructs, and apps that cannot be followed.
        for (app, class) in roots::unmade(&sources, &seen) {
            let evaluation = apps::evaluate_class(&sources, &app, &class, &mut budget);
            found.add_unmade(&sources, &app, &evaluation);
        }
        if budget.is_spent() {
            let message = "the programs that use the CDK do too much together: some were not followed to their ends";
            all.problems.push(Problem { kind: ProblemKind::Unsupported, location: None, message: message.to_owned() });
        }
        all.value = found.declared(&mut all.problems);
        all
    }
}

#[cfg(test)]
mod tests;
