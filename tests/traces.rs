//! Functions and their code that are kept from run to run: whatever becomes of the files in between, what is taken from
//! an earlier run is what would be found anew.
//!
//! `LOCKSTEP_STEPS=500 cargo test --test e2e traces` takes as many random steps; `LOCKSTEP_STEPS` is also how often writers
//! are killed and bytes are damaged.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use lockstep_config::Config;
use lockstep_linter::{Against, Project, Silent, find, follow};

use crate::program;

mod compiled;

/// Random numbers, the same in every run (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

fn steps(otherwise: usize) -> usize {
    std::env::var("LOCKSTEP_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(otherwise)
}

/// What the files of a made-up repository hold, and what may become of them.
struct World {
    files: &'static [(&'static str, &'static str)],
    /// What is put in front of a file, at its end, or in place of it.
    lines: &'static [&'static str],
    /// Places where files come to be.
    places: &'static [&'static str],
}

/// Languages in which files say what they import.
const SCRIPTS: World = World { files: &FILES, lines: &LINES, places: &PLACES };
/// Languages in which names may come from any file of a package.
const COMPILED: World = World { files: &compiled::FILES, lines: &compiled::LINES, places: &compiled::PLACES };

const FILES: [(&str, &str); 22] = [
    (
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Pay:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: pay/\n      Handler: index.handler\n      Runtime: nodejs20.x\n  Mail:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: mail/\n      Handler: app.handler\n      Runtime: python3.12\n  Plain:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n      Runtime: nodejs20.x\n      Code: pay/\n",
    ),
    (
        "pay/index.ts",
        "import { total } from '@lib/money';\nimport { log } from 'tools';\nexport const handler = () => log(total([1]));\n",
    ),
    ("pay/rates.json", "{\"eur\": 1}\n"),
    (
        "mail/app.py",
        "from shared import texts\nfrom helpers import send\n\ndef handler(event, context):\n    return send(texts.hello())\n",
    ),
    ("mail/helpers.py", "def send(text):\n    return text\n"),
    ("mail/shared/__init__.py", ""),
    ("mail/shared/texts.py", "def hello():\n    return 'hello'\n\ndef bye():\n    return 'bye'\n"),
    (
        "lib/money.ts",
        "import { round } from './round';\nexport const total = (all: number[]) => round(all.length);\nexport const rate = 2;\n",
    ),
    ("lib/round.ts", "export const round = (x: number) => Math.round(x);\n"),
    ("packages/tools/package.json", "{\"name\": \"tools\", \"main\": \"src/index.ts\"}\n"),
    ("packages/tools/src/index.ts", "export { log } from './log';\nexport * from './extra';\n"),
    ("packages/tools/src/log.ts", "export const log = (x: unknown) => { console.log(x); return x; };\n"),
    ("packages/tools/src/extra.ts", "export const extra = 1;\n"),
    ("package.json", "{\"name\": \"shop\", \"workspaces\": [\"packages/*\"]}\n"),
    ("tsconfig.json", "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@lib/*\": [\"lib/*\"]}}}\n"),
    ("cdk/cdk.json", "{\"app\": \"npx ts-node bin/app.ts\"}\n"),
    (
        "cdk/bin/app.ts",
        "import { App } from 'aws-cdk-lib';\nimport { Shop } from '../lib/shop';\nnew Shop(new App(), 'Shop');\n",
    ),
    (
        "cdk/lib/shop.ts",
        "import { Stack } from 'aws-cdk-lib';\nimport { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';\nimport { names } from './names';\nexport class Shop extends Stack {\n  constructor(scope, id) {\n    super(scope, id);\n    for (const name of names) new NodejsFunction(this, name, { entry: `../src/${name}.ts` });\n  }\n}\n",
    ),
    ("cdk/lib/names.ts", "export const names = ['bill', 'ship'];\n"),
    ("lockstep.toml", "exclude = [\"old/**\"]\n"),
    ("src/bill.ts", "import { total, rate } from '../lib/money';\nexport const handler = () => total([rate]);\n"),
    ("src/ship.ts", "import rates from '../pay/rates.json';\nexport const handler = () => rates.eur;\n"),
];

const LINES: [&str; 16] = [
    "// words",
    "# words",
    "export const more = 1;",
    "import './round';",
    "import { rate } from '@lib/money';",
    "export * from './log';",
    "const broken = ;",
    "import helpers",
    "from shared import missing",
    "eval('1');",
    "new App();",
    "export const names = ['bill'];",
    "export const names = ['bill', 'ship', 'pack'];",
    "{\"name\": \"tools\", \"main\": \"src/log.ts\", \"sideEffects\": false}",
    "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@lib/*\": [\"packages/tools/src/*\"]}}}",
    "fetch('https://example.com/functions/v1/pay');",
];

const PLACES: [&str; 12] = [
    "src/pack.ts",
    "lib/money/index.ts",
    "lib/round.js",
    "pay/index.js",
    "pay/lib/money.ts",
    "mail/shared.py",
    "mail/texts.py",
    "packages/tools/tsconfig.json",
    "pay/tsconfig.json",
    "old/template.yaml",
    "serverless.yml",
    "packages/tools/src/log/index.ts",
];

struct Shop {
    world: &'static World,
    place: tempfile::TempDir,
    cache: tempfile::TempDir,
    dice: Dice,
}

impl Shop {
    fn new(seed: u64) -> Self {
        Self::of(&SCRIPTS, seed)
    }

    fn of(world: &'static World, seed: u64) -> Self {
        let folder = || tempfile::tempdir().expect("a folder");
        let shop = Self { world, place: folder(), cache: folder(), dice: Dice(seed) };
        shop.git(&["init", "-q", "-b", "main"]);
        for (path, text) in world.files {
            shop.write(path, text.as_bytes());
        }
        shop.commit();
        shop.git(&["branch", "other"]);
        shop
    }

    fn folder(&self) -> &Path {
        self.place.path()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.folder().join(path);
        // What was a file may have to be a folder.
        for above in path.ancestors().skip(1).take_while(|above| *above != self.folder()) {
            if above.is_file() || above.is_symlink() {
                fs::remove_file(above).expect("a file");
            }
        }
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        if path.is_symlink() {
            fs::remove_file(&path).expect("a link");
        }
        if path.is_dir() {
            fs::remove_dir_all(&path).expect("a folder");
        }
        fs::write(path, bytes).expect("a file");
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.folder()).args(["-c", "user.name=Ana", "-c", "user.email=ana@shop.example"]);
        let output = command.args(arguments).output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "Change"]);
    }

    fn files(&self) -> Vec<String> {
        self.git(&["ls-files"]).lines().map(str::to_owned).collect()
    }

    /// Does one thing to the files, and says what.
    fn step(&mut self) -> String {
        let files = self.files();
        let file = files[self.dice.below(files.len())].clone();
        let World { files: at_first, lines, places } = self.world;
        let line = self.dice.of(lines);
        let path = self.folder().join(&file);
        let old = fs::read(&path).unwrap_or_default();
        match self.dice.below(18) {
            16 | 17 => {
                self.write(&file, &[line.as_bytes(), b"\n", &old[..]].concat());
                format!("{file}: in front {line}")
            }
            0..=4 => {
                self.write(&file, &[&old[..], line.as_bytes(), b"\n"].concat());
                format!("{file}: add {line}")
            }
            5 => {
                self.write(&file, format!("{line}\n").as_bytes());
                format!("{file}: {line}")
            }
            6 => {
                self.write(&file, &old[..old.len() / 2]);
                format!("{file}: half of it")
            }
            7 => {
                let place = self.dice.of(places);
                self.write(place, format!("{line}\n").as_bytes());
                format!("{place}: {line}")
            }
            8 if files.len() > 12 => {
                let _ = fs::remove_file(&path);
                format!("{file}: gone")
            }
            9 => {
                let place = self.dice.of(places);
                self.write(place, &old);
                let _ = fs::remove_file(&path);
                format!("{file}: now {place}")
            }
            10 => {
                self.write(&file, b"a\0b");
                format!("{file}: no text")
            }
            11 => {
                self.write("lockstep.toml", format!("contracts = [\"{file}\"]\n").as_bytes());
                format!("{file}: a contract")
            }
            12 => {
                let (place, to) = (self.dice.of(places), "../lib/round.ts");
                self.write(place, b"");
                fs::remove_file(self.folder().join(place)).expect("a file");
                #[cfg(unix)]
                std::os::unix::fs::symlink(to, self.folder().join(place)).expect("a link");
                format!("{place}: a link")
            }
            13 => {
                let (path, text) = at_first[self.dice.below(at_first.len())];
                self.write(path, text.as_bytes());
                format!("{path}: as it was")
            }
            14 => {
                self.commit();
                let branch = self.dice.of(&["main", "other"]);
                self.git(&["checkout", "-q", branch]);
                format!("on {branch}")
            }
            _ => {
                self.commit();
                "a commit".to_owned()
            }
        }
    }

    /// What is kept is what is found without it: in the checkout, in the index, and in HEAD.
    fn assert_the_same(&self, what: &str) -> (usize, usize) {
        let against = Against::Head { index: None, bases: Vec::new(), merged: Vec::new() };
        let mut counts = (0, 0);
        for change in [None, Some(against)] {
            let open = || Project::open_with(self.folder(), change.clone()).expect("a project");
            let (mut with, without) = (open(), open());
            with.keep_facts_in(self.cache.path());
            with.keep_traces_in(self.cache.path());
            let mut states = vec![];
            if let Some(commit) = with.change.as_ref().and_then(lockstep_linter::ChangeAsked::before) {
                states.push((with.at(commit), without.at(commit)));
            }
            let traces = with.traces.clone().expect("traces");
            states.insert(0, (with, without));
            for (with, without) in &states {
                let (kept, anew) = (told(with), told(without));
                assert!(kept == anew, "{}\nafter {what}", differences(&kept, &anew));
            }
            let (taken, made) = traces.counts();
            assert_eq!(traces.discarded(), None, "after {what}");
            counts = (counts.0 + taken, counts.1 + made);
        }
        counts
    }
}

/// The first lines in which two texts differ, with what stands around them.
fn differences(kept: &str, anew: &str) -> String {
    let first = kept.lines().zip(anew.lines()).take_while(|(kept, anew)| kept == anew).count();
    let around = |text: &str| text.lines().skip(first.saturating_sub(20)).take(30).collect::<Vec<_>>().join("\n");
    format!("kept:\n{}\nfound anew:\n{}", around(kept), around(anew))
}

/// What is found of functions and their code, to the last letter.
fn told(project: &Project) -> String {
    let text = fs::read_to_string(project.root.as_deref().unwrap_or(Path::new("")).join("lockstep.toml"));
    let parsed = lockstep_config::parse(
        &lockstep_model::RepoPath::new("lockstep.toml").expect("a path"),
        &text.unwrap_or_default(),
        &lockstep_linter::rules(),
    );
    let config = parsed.unwrap_or_else(|_| Config::default());
    let found = find(project, &config);
    let followed = follow(project, &config, &found, &Silent);
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:?}\n{:#?}\n{:#?}\n{:#?}",
        found.functions,
        found.services,
        found.manifests,
        found.callees,
        found.problems,
        followed.code,
        followed.problems
    )
}

#[test]
fn whatever_happens_to_the_files_the_same_is_found() {
    let (mut taken, mut made) = (0, 0);
    let worlds =
        [(&SCRIPTS, 2_463_534_242), (&COMPILED, 7), (&SCRIPTS, 88_172_645_463_325_252), (&COMPILED, 1_234_567)];
    for (world, seed) in worlds {
        let mut shop = Shop::of(world, seed);
        shop.assert_the_same("nothing");
        let mut done = Vec::new();
        for _ in 0..steps(40) / 2 {
            done.push(shop.step());
            if shop.dice.below(3) > 0 {
                shop.git(&["add", "-A"]);
            }
            let counts = shop.assert_the_same(&done.join("\n"));
            (taken, made) = (taken + counts.0, made + counts.1);
        }
    }
    assert!(taken > made, "{taken} results were kept and {made} made: what is kept is worth nothing");
}

#[test]
fn what_did_not_change_is_taken_as_it_was() {
    let shop = Shop::new(1);
    shop.assert_the_same("nothing");
    // The functions and the code of three states: the checkout, the index, and HEAD.
    assert_eq!(shop.assert_the_same("nothing again"), (6, 0));
}

#[test]
fn a_fault_is_reported_as_long_as_somebody_looks_into_the_file() {
    let shop = Shop::new(1);
    shop.write("lib/round.ts", b"export const round = ;\n");
    shop.assert_the_same("a fault");
    shop.write("lib/money.ts", b"export const total = (all: number[]) => all.length;\nexport const rate = 2;\n");
    shop.assert_the_same("nobody looks into it");
}

/// Everything that a cache folder holds.
fn stores(cache: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(cache).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// Whoever is asked next does the work.
fn forget_answers(cache: &Path) {
    let _ = fs::remove_dir_all(cache.join("answers"));
}

fn check(folder: &Path, cache: &Path) -> Command {
    let mut command = program::command(folder, &["check", "--staged", "--format", "json"]);
    command.env("LOCKSTEP_CACHE_DIR", cache);
    command
}

#[test]
fn damaged_bytes_are_never_believed() {
    let (_place, folder) = program::demo();
    let cache = tempfile::tempdir().expect("a folder");
    let without = program::run(&folder, &["check", "--staged", "--format", "json"]);
    let (without, status) = (without.stdout, without.status.code());
    let run = || check(&folder, cache.path()).output().expect("a run");
    assert_eq!(run().stdout, without);
    let files = stores(cache.path());
    let names: Vec<&str> = files.iter().filter_map(|file| file.parent()?.file_name()?.to_str()).collect();
    assert_eq!(names, ["answers", "facts", "past", "traces"]);
    let mut dice = Dice(3_141_592_653);
    for number in 0..steps(9) {
        let file = &files[number % files.len()];
        let good = fs::read(file).expect("a store");
        let at = dice.below(good.len());
        let mut bad = good.clone();
        bad[at] ^= 1 << dice.below(8);
        bad.truncate(if number % 4 == 3 { at } else { good.len() });
        fs::write(file, &bad).expect("a store");
        if *file != files[0] {
            forget_answers(cache.path());
        }
        let output = run();
        assert_eq!((output.stdout == without, output.status.code()), (true, status), "{}: byte {at}", file.display());
    }
}

#[test]
fn a_kill_at_any_moment_loses_only_time() {
    let (_place, folder) = program::demo();
    let cache = tempfile::tempdir().expect("a folder");
    let without = program::run(&folder, &["check", "--staged", "--format", "json"]);
    let (without, status) = (without.stdout, without.status.code());
    let mut dice = Dice(271_828_182_845);
    let started = std::time::Instant::now();
    assert_eq!(check(&folder, cache.path()).output().expect("a run").stdout, without);
    let whole = started.elapsed();
    for number in 0..steps(6) {
        // From nothing, and from what an earlier run kept.
        if number % 2 == 0 {
            let _ = fs::remove_dir_all(cache.path());
        }
        forget_answers(cache.path());
        let mut child = check(&folder, cache.path()).stdout(std::process::Stdio::null()).spawn().expect("a run");
        std::thread::sleep(Duration::from_micros(dice.below(whole.as_micros() as usize + 1) as u64));
        let _ = child.kill();
        let _ = child.wait();
        if number % 4 < 2 {
            forget_answers(cache.path());
        }
        let output = check(&folder, cache.path()).output().expect("a run");
        assert_eq!((output.stdout == without, output.status.code()), (true, status), "kill {number}");
    }
    for file in stores(cache.path()) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // A killed writer may leave its unfinished file, which nobody reads.
        assert!(name.ends_with(".bin") || name.starts_with(".tmp"), "{name}");
    }
}
