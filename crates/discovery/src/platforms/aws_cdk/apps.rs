//! Apps: `cdk.json` and the scripts of `package.json` name the program that is evaluated.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};
use lockstep_script::{
    Sources,
    evaluate::{Evaluation, Options, evaluate as run, evaluate_class as run_class},
};
use rayon::prelude::*;

use super::host::Cdk;
use crate::says;

/// One program that makes stacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct App {
    /// The folder that the CDK is started in: relative paths are looked up from here.
    pub(super) folder: RepoPath,
    /// The program.
    pub(super) entry: RepoPath,
}

/// Tools that are no program of the repository, in the command of an app.
const LANGUAGES: [(&str, &str); 6] =
    [("mvn", "Java"), ("gradle", "Java"), ("./gradlew", "Java"), ("dotnet", "C#"), ("go", "Go"), ("java", "Java")];

/// The apps of a checkout, sorted. Those that cannot be read are problems.
pub(super) fn find(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<App> {
    let mut apps = Vec::new();
    for path in files.paths() {
        match path.file_name() {
            "cdk.json" if !is_built(path) => of_cdk_json(files, path, &mut apps, problems),
            "package.json" if !is_built(path) => of_package(files, path, &mut apps),
            _ => {}
        }
    }
    apps.sort();
    apps.dedup();
    apps
}

/// Programs that make an app and that no manifest names, nor any other program reaches.
pub(super) fn unnamed(sources: &Sources<'_>, seen: &[RepoPath]) -> Vec<App> {
    let files = sources.files();
    let makes_app = |path: &&RepoPath| {
        says(files, path, &["aws-cdk-lib", "@aws-cdk/core", "aws_cdk"])
            && says(files, path, &["App("])
            && (path.extension() == Some("py") || says(files, path, &["new "]))
    };
    let scripts: Vec<&RepoPath> = files
        .paths()
        .filter(|path| path.extension() == Some("py") || lockstep_script::is_script(path))
        .filter(|path| !is_built(path) && !super::roots::is_test(path) && seen.binary_search(path).is_err())
        .collect();
    // In a first run nobody has read them yet: all threads do.
    let programs: Vec<&RepoPath> = scripts.into_par_iter().filter(makes_app).collect();
    let app = |path: &RepoPath| App { folder: super::roots::project(sources, path), entry: path.clone() };
    programs.into_iter().map(app).collect()
}

/// Folders that tools write, or that hold what others wrote.
pub(super) fn is_built(path: &RepoPath) -> bool {
    path.components().any(|part| matches!(part, "node_modules" | "cdk.out" | ".venv" | "venv" | "site-packages"))
}

/// Steps that all programs of a checkout may take together: many small programs must not take longer than a large one.
pub(super) struct Budget(usize);

impl Budget {
    /// Steps of one program, at most.
    const ONE: usize = 2_000_000;

    /// For all programs of a checkout.
    pub(super) fn whole() -> Self {
        Self(20_000_000)
    }

    /// For a script that bundles one function.
    pub(super) fn small() -> Self {
        Self(50_000)
    }

    /// True if nothing is left.
    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }

    fn spend(&mut self, run: impl FnOnce(usize) -> Evaluation) -> Evaluation {
        let evaluation = run(self.0.min(Self::ONE));
        // Reading the files of a program is work as well.
        self.0 = self.0.saturating_sub(evaluation.steps + 1_000);
        evaluation
    }
}

/// What the app says.
pub(super) fn evaluate(sources: &Sources<'_>, app: &App, budget: &mut Budget) -> Evaluation {
    let host = Cdk::of(sources.files(), &app.folder);
    budget.spend(|steps| run(sources, &app.entry, &options(app, &host, steps)))
}

/// What a class says that nothing makes.
pub(super) fn evaluate_class(sources: &Sources<'_>, app: &App, class: &str, budget: &mut Budget) -> Evaluation {
    let host = Cdk::of(sources.files(), &app.folder);
    budget.spend(|steps| run_class(sources, &app.entry, class, &options(app, &host, steps)))
}

fn options<'h>(app: &App, host: &'h Cdk, steps: usize) -> Options<'h> {
    Options { steps, folder: app.folder.clone(), roots: vec![app.folder.clone()], host, ..Options::default() }
}

fn of_cdk_json(files: &FileSet, path: &RepoPath, apps: &mut Vec<App>, problems: &mut Vec<Problem>) {
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    let document = files.text(path).ok().and_then(|text| lockstep_document::parse("json", &text).ok());
    let Some(document) = document else {
        let message = "`cdk.json` cannot be read".to_owned();
        return problems.push(Problem::at(ProblemKind::InvalidManifest, Location::whole_file(path.clone()), message));
    };
    let command = document.root.get("app").and_then(|app| app.as_str().map(str::to_owned));
    let found = command.as_deref().map(|command| programs(files, &folder, command)).unwrap_or_default();
    if !found.is_empty() {
        return apps.extend(found.into_iter().map(|entry| App { folder: folder.clone(), entry }));
    }
    if let Some(language) = command.as_deref().and_then(language) {
        let message = format!("AWS CDK apps in {language} are not read: the functions they declare are not checked");
        return problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(path.clone()), message));
    }
    let usual = usual_programs(files, &folder);
    if usual.is_empty() {
        let message = "the program of this CDK app was not found: the functions it declares are not checked".to_owned();
        problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(path.clone()), message));
    }
    apps.extend(usual.into_iter().map(|entry| App { folder: folder.clone(), entry }));
}

/// Scripts that name their app: `cdk deploy --app "npx tsx bin/app.ts"`.
fn of_package(files: &FileSet, path: &RepoPath, apps: &mut Vec<App>) {
    let Ok(text) = files.text(path) else { return };
    if !text.contains("cdk") || !(text.contains("--app") || text.contains("\"aws-cdk-lib\"")) {
        return;
    }
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    let Ok(document) = lockstep_document::parse("json", &text) else { return };
    let mut found = Vec::new();
    for (_, script) in document.root.get("scripts").map(|scripts| scripts.entries()).unwrap_or_default() {
        let Some(command) = script.as_str().filter(|command| command.contains("cdk")) else { continue };
        for (at, _) in command.match_indices("--app").chain(command.match_indices(" -a ")) {
            found.extend(programs(files, &folder, &command[at..]));
        }
    }
    // A package of stacks without a `cdk.json`: its programs lie where the CDK puts them.
    let has_json = files.is_file(&folder.join("cdk.json").unwrap_or_else(|_| RepoPath::root()));
    if found.is_empty() && !has_json && text.contains("\"aws-cdk\"") {
        found = usual_programs(files, &folder);
    }
    apps.extend(found.into_iter().map(|entry| App { folder: folder.clone(), entry }));
}

/// Where `cdk init` puts the program.
fn usual_programs(files: &FileSet, folder: &RepoPath) -> Vec<RepoPath> {
    let Ok(bin) = folder.join("bin") else { return Vec::new() };
    let scripts = files
        .under(&bin)
        .filter(|path| path.parent().as_ref() == Some(&bin) && lockstep_script::is_script(path))
        .filter(|path| says(files, path, &["aws-cdk-lib", "@aws-cdk/"]));
    let mut found: Vec<RepoPath> = scripts.cloned().collect();
    if let Some(app) = folder.join("app.py").ok().filter(|path| files.is_file(path)) {
        found.push(app);
    }
    found
}

/// The files of the repository that a command runs.
fn programs(files: &FileSet, folder: &RepoPath, command: &str) -> Vec<RepoPath> {
    let words = command.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ';' | '&' | '\\'));
    let mut found = Vec::new();
    for word in words {
        let Some(path) = folder.join(word).ok().filter(|path| !path.is_root()) else { continue };
        let named = files.is_file(&path) && (lockstep_script::is_script(&path) || path.extension() == Some("py"));
        let source = if named { Some(path) } else { source_of(files, &path) };
        found.extend(source.filter(|path| !found.contains(path)));
    }
    found
}

/// `bin/app` and `bin/app.js` that a compiler writes.
fn source_of(files: &FileSet, path: &RepoPath) -> Option<RepoPath> {
    let text = path.as_str();
    let stem = text.strip_suffix(".js").unwrap_or(text);
    let plain = stem.replacen("dist/", "", 1);
    let stems = [stem.to_owned(), plain.clone(), stem.replacen("dist/", "src/", 1), plain.replacen("lib/", "", 1)];
    // A bare word (`cdk`, `synth`) is a command; a path has a folder or an ending.
    let is_path = text.ends_with(".js") || path.components().count() > 1;
    stems.iter().filter(|_| is_path).find_map(|stem| {
        let source = RepoPath::new(&format!("{stem}.ts")).ok()?;
        files.is_file(&source).then_some(source)
    })
}

fn language(command: &str) -> Option<&'static str> {
    let mut words = command.split_whitespace();
    words.find_map(|word| LANGUAGES.iter().find(|(tool, _)| *tool == word).map(|(_, language)| *language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_programs_take_no_longer_than_one() {
        let files = FileSet::from_texts([
            ("a.ts", "const all = 'abcdefghij'.split(''); all.forEach(() => all.forEach(() => all.forEach(() => 1)));"),
            ("b.ts", "import { App } from 'aws-cdk-lib'; new App();"),
        ]);
        let sources = Sources::new(&files);
        let app = |path| App { folder: RepoPath::root(), entry: RepoPath::new(path).unwrap() };
        let mut budget = Budget(1_500);
        assert!(evaluate(&sources, &app("a.ts"), &mut budget).problems[0].message.contains("too much"));
        assert!(budget.is_spent());
        assert_eq!(evaluate(&sources, &app("b.ts"), &mut budget).events.len(), 0);
        assert_eq!(evaluate(&sources, &app("b.ts"), &mut Budget::whole()).events.len(), 1);
    }
}
