//! What rules say about histories in words: see `crates/coupling/tests/words` for the language.

#[path = "../../coupling/tests/words/mod.rs"]
mod words;

use lockstep_diagnostics::{Evidence, Finding, Level, Problem, ProblemKind, RuleMeta};
use lockstep_model::{
    Access, Artifact, ArtifactKind, Basis, Call, Confidence, Entry, FileKind, Invocation, Location, RemoteCall,
    RemoteCallKind, RemoteTarget, Store, Strength, Via,
};
use lockstep_rules::{Asked, Facts, View, check};
use serde_json::{Map, Value, json};
use words::{World, file, path};

/// Twelve other functions that change alone: a repository in which co-change is not the habit.
const OTHERS: &str = "mnopqrstuvwx";

fn with_others(words: &str) -> String {
    let alone: String = OTHERS.chars().map(|letter| format!("{letter}*8 ")).collect();
    format!("{alone}{words}")
}

fn world(words: &str) -> World {
    World::of(&format!("abcd{OTHERS}"))
        .services(&format!("orders:ab billing:c shipping:d rest:{OTHERS}"))
        .history(&with_others(words))
}

fn findings_with(
    world: &World,
    problems: &[Problem],
    levels: &dyn Fn(&RuleMeta) -> Option<(Level, String)>,
) -> Vec<Finding> {
    let graph = world.graph();
    let facts = Facts {
        functions: &world.functions,
        services: &world.services,
        closures: &world.closures,
        clones: &world.clones,
        sizes: &world.sizes,
        graph: &graph,
        owners: &[],
        history: &world.history,
        problems,
        change: None,
        outcome: None,
    };
    check(&View::new(facts), &|rule| levels(rule).into(), &|_| Map::new())
}

fn findings(world: &World) -> Vec<Finding> {
    findings_with(world, &[], &|_| None)
}

/// "lockstep deny ab": rule, level and the letters of the functions.
fn told(world: &World) -> Vec<String> {
    let letter = |id: &lockstep_model::FunctionId| id.as_str().rsplit('/').next().unwrap().to_owned();
    let one = |finding: &Finding| {
        let letters: String = finding.functions.iter().map(letter).collect();
        format!("{} {} {letters}", finding.rule.name, finding.level)
    };
    findings(world).iter().map(one).collect()
}

#[test]
fn lockstep_and_follower_in_words() {
    let cases: [(&str, &[&str]); 13] = [
        // Nothing but strangers.
        ("a*10 b*10 c*10", &[]),
        // Inside one service, and between two.
        ("ab*20 a*3 b*3", &["lockstep warn ab"]),
        ("ac*20 a*3 c*3", &["lockstep deny ac"]),
        // Too few joint changes, however large the share.
        ("ac*2 a*3 c*3", &[]),
        // Enough joint changes, too few changes of c.
        ("ac*4 a*30", &[]),
        // One group, not three pairs.
        ("abc*15 ab*3 bc*3", &["lockstep deny abc"]),
        // Two groups that never met.
        ("ab*15 cd*15", &["lockstep deny cd", "lockstep warn ab"]),
        // When c changes a changes, and a changes on its own: a follows.
        ("ac*12 a*80", &["follower warn ac"]),
        ("ac*12 bc*12 c*90", &["follower warn abc"]),
        // Only when their contracts change.
        ("ac!a*20 a*5 c*5", &["unstable-contract warn ac"]),
        ("ac!c*20 a*5 c*5", &["unstable-contract warn ac"]),
        // The contract of somebody else.
        ("ac!d*20 a*5 c*5", &["lockstep deny ac"]),
        // Sweeping changes say nothing.
        ("acmnopqrstuvw*20", &[]),
    ];
    for (words, expected) in cases {
        assert_eq!(told(&world(words)), expected, "{words}");
    }
}

#[test]
fn a_short_history_says_nothing() {
    let world = World::of("ab").services("x:a y:b").history("ab*49");
    assert_eq!(told(&world), [""; 0]);
}

#[test]
fn a_declared_service_may_move_as_one() {
    let declared = world("ac*20 a*3 c*3").services(&format!("shop!:abc shipping:d rest:{OTHERS}"));
    assert_eq!(told(&declared), [""; 0]);
}

#[test]
fn diffuse_and_weak_between_services_is_a_warning() {
    // Everything changes with everything, a little.
    let words = "ab cd ac bd ad bc a b c d a b c d a b c d ".repeat(60);
    let world = World::of("abcd").services("w:a x:b y:c z:d").history(&words);
    let findings = findings(&world);
    for finding in &findings {
        assert_ne!(finding.level, Level::Deny, "{}", finding.message);
    }
    // Everything changes with everything, always: no gate sees it, the share does.
    let world = World::of("abcd").services("w:a x:b y:c z:d").history(&"abcd abc bcd acd abd ".repeat(20));
    assert_eq!(told(&world), ["lockstep deny abcd", "shotgun-surgery warn "]);
}

#[test]
fn the_finding_can_be_quoted() {
    let world = world("ac*9 1*27 a*2 c*4").shared('1', "ac");
    let [finding] = &findings(&world)[..] else { panic!("one finding") };
    assert_eq!(finding.message, "`shop/a` and `shop/c` change in lockstep: they are one microservice in 2 pieces");
    assert_eq!(finding.primary.message, "its own code changed 11 times, 9 of them together with `shop/c`");
    assert_eq!(finding.primary.location.path, path("template.yaml"));
    assert_eq!(finding.services, ["billing", "orders"]);
    assert_eq!(finding.level_origin, "`lockstep` is `deny` by default between services");
    assert_eq!(
        finding.notes[0],
        "`shop/a` and `shop/c` were deployed together in 36 of 38 changes of `shop/a` in 2026-08: \
         9 by edits in both, 27 through `shared/1.ts`"
    );
    assert!(finding.notes.iter().any(|note| note == "they are deployed with `shared/1.ts`, as 2 functions in all are"));
    assert!(finding.help[1].contains("`shared/1.ts`"), "{:?}", finding.help);
    let commits = finding.evidence.iter().find_map(|evidence| match evidence {
        Evidence::Commits(commits) => Some(commits.len()),
        _ => None,
    });
    assert_eq!(commits, Some(3));
    let Evidence::CoChange { own, shared, of, lower, strength, specific, .. } = &finding.evidence[0] else {
        panic!("figures first: {:?}", finding.evidence)
    };
    assert_eq!((*own, *shared, *of, *specific), (9, 27, 38, true));
    assert!(lower < strength && *strength > 0.4);
}

#[test]
fn nothing_that_joins_them_is_said_to_be_nothing() {
    let world = world("ac*20 a*2 c*4");
    let [finding] = &findings(&world)[..] else { panic!("one finding") };
    assert!(finding.evidence.contains(&Evidence::Hidden));
    assert!(finding.notes.contains(&"nothing in the code or the manifests joins them: the coupling is hidden".into()));
    assert_eq!(finding.help[1], "or find out what forces it: `lockstep why shop/a shop/c` shows the commits");
}

#[test]
fn what_everybody_shares_and_never_changes_explains_nothing() {
    let world = world("ac*20 a*2 c*4").shared('1', &format!("abcd{OTHERS}"));
    let [finding] = &findings(&world)[..] else { panic!("one finding") };
    assert!(finding.evidence.contains(&Evidence::Hidden));
    assert!(finding.notes.iter().any(|note| note.starts_with("they share 1 file, none of which changed")));
}

#[test]
fn the_smallest_and_newest_commits_are_told_first() {
    let world = world("ac*10 acmn*3 ac*2 acm*2");
    let [finding] = &findings(&world)[..] else { panic!("one finding: {:?}", told(&world)) };
    let subjects: Vec<&str> = finding
        .evidence
        .iter()
        .flat_map(|evidence| match evidence {
            Evidence::Commits(commits) => commits.iter().map(|commit| commit.subject.as_str()).collect(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(subjects, ["change ac"; 3]);
    let Some(Evidence::Commits(commits)) =
        finding.evidence.iter().find(|evidence| matches!(evidence, Evidence::Commits(_)))
    else {
        panic!("commits")
    };
    assert!(commits[0].time > commits[1].time && commits[1].time > commits[2].time);
}

#[test]
fn levels_that_were_asked_for_win() {
    let world = world("ac*20 a*3 c*3");
    let asked = |rule: &RuleMeta| (rule.name == "lockstep").then(|| (Level::Warn, "`-W lockstep`".to_owned()));
    let [finding] = &findings_with(&world, &[], &asked)[..] else { panic!("one finding") };
    assert_eq!((finding.level, finding.level_origin.as_str()), (Level::Warn, "`-W lockstep`"));
    let off = |_: &RuleMeta| Some((Level::Allow, "`-A all`".to_owned()));
    assert!(findings_with(&world, &[], &off).is_empty());
}

#[test]
fn fingerprints_know_functions_only() {
    let one = findings(&world("ac*20 a*3 c*3"));
    let other = findings(&world("a c ac*30 a c"));
    assert_eq!(one[0].fingerprint, other[0].fingerprint);
}

#[test]
fn shared_implementation_is_told_when_asked_for() {
    let world = World::of("abcd").services("x:ab y:c z:d").shared('1', "ab").shared('2', "abc").shared('3', "acd");
    assert!(told(&world).is_empty());
    let asked = |rule: &RuleMeta| (rule.name == "shared-implementation").then(|| (Level::Warn, String::new()));
    let messages: Vec<String> = findings_with(&world, &[], &asked).into_iter().map(|finding| finding.message).collect();
    let expected = [
        "`x` and `y` share the implementation `shared/2.ts`",
        "`x`, `y` and `z` share the implementation `shared/3.ts`",
    ];
    assert_eq!(messages.len(), 2);
    assert!(expected.iter().all(|message| messages.contains(&(*message).to_owned())), "{messages:?}");
}

/// `a` imports what `b` starts in, at this place.
fn imported(importer: usize, entry: &str, at: &str, line: u32, world: &mut World) {
    let mut imported = file(entry, FileKind::Implementation);
    let location = Location { line, ..Location::whole_file(path(at)) };
    imported.via = Some(Via { location, specifier: "../x".into() });
    world.closures[importer].files.push(imported);
}

#[test]
fn imports_of_functions() {
    let mut world = World::of("abcd");
    imported(0, "b/handler.ts", "a/handler.ts", 4, &mut world);
    imported(0, "c/handler.ts", "a/handler.ts", 2, &mut world);
    let [finding] = &findings(&world)[..] else { panic!("one finding per importing file") };
    assert_eq!(finding.message, "`shop/a` imports the code of `shop/b` and `shop/c`");
    assert_eq!((finding.primary.location.line, finding.related[0].location.line), (2, 4));

    // A barrel is named once, with everybody that comes by it.
    let mut world = World::of("abcd");
    imported(0, "d/handler.ts", "shared/index.ts", 1, &mut world);
    imported(1, "d/handler.ts", "shared/index.ts", 1, &mut world);
    let [finding] = &findings(&world)[..] else { panic!("one finding per importing file") };
    assert_eq!(finding.message, "`shop/a` and `shop/b` import the code of `shop/d`, through `shared/index.ts`");

    // Functions of one file do not import each other.
    let mut world = World::of("ab");
    world.functions[1].entry = world.functions[0].entry.clone();
    imported(1, "a/handler.ts", "b/other.ts", 1, &mut world);
    assert_eq!(told(&world), ["shared-entry-file warn ab"]);
}

/// `from` calls `to`, in its code.
fn calls(from: usize, to: usize, waits: Option<bool>, world: &mut World) {
    let (function, entry) = (world.functions[to].id.clone(), world.functions[from].entry.clone().unwrap());
    let location = Location { line: 3, ..Location::whole_file(entry.path) };
    world.functions[from].calls.push(Call { location, by: function.to_string(), function, waits });
}

/// The manifest lets `from` call `to`.
fn allowed(from: usize, to: usize, world: &mut World) {
    let function = Some(world.functions[to].id.clone());
    let call = Invocation { kind: "function".into(), key: "k".into(), function, strength: Strength::Own };
    world.functions[from].invokes.push(call);
}

#[test]
fn calls_that_wait() {
    let mut world = World::of("abcd").services("x:a y:b z:cd");
    calls(0, 1, Some(true), &mut world);
    calls(0, 2, Some(false), &mut world);
    calls(0, 0, Some(true), &mut world);
    calls(2, 3, None, &mut world);
    let messages: Vec<String> = findings(&world).into_iter().map(|finding| finding.message).collect();
    let expected =
        ["`shop/a` calls `shop/b` and waits for its answer", "`shop/c` calls `shop/d` and may wait for its answer"];
    assert_eq!(messages, expected);
    // Inside one declared service it is nobody's business.
    assert_eq!(told(&world.services("x!:abcd")), [""; 0]);
}

#[test]
fn rights_count_where_code_does_not_tell() {
    // The code is followed and calls nothing: the right is not used.
    let mut world = World::of("ab");
    allowed(0, 1, &mut world);
    assert_eq!(told(&world), [""; 0]);
    world.closures[0].basis = Basis::CodeRoot;
    let [finding] = &findings(&world)[..] else { panic!("one finding") };
    assert_eq!(finding.message, "`shop/a` may call `shop/b` and wait for its answer");
    // A call whose callee is not known may be the one that the right is for: as long as it waits.
    world.closures[0].basis = Basis::Imports;
    let location = Location::whole_file(world.functions[0].entry.clone().unwrap().path);
    let open = |waits| RemoteCall {
        kind: RemoteCallKind::Function,
        target: RemoteTarget::Unknown,
        waits,
        location: location.clone(),
    };
    for (waits, number) in [(None, 1), (Some(true), 1), (Some(false), 0)] {
        world.closures[0].remote_calls = vec![open(waits)];
        assert_eq!(findings(&world).len(), number, "{waits:?}");
    }
    world.closures[0].remote_calls.clear();
    // A service binding is more than a right, whatever the code shows.
    world.closures[0].basis = Basis::Imports;
    world.functions[0].declarations[0].platform = "cloudflare-workers";
    let [finding] = &findings(&world)[..] else { panic!("one finding") };
    assert_eq!(finding.message, "`shop/a` calls `shop/b` and waits for its answer");
}

#[test]
fn circles_of_calls() {
    let mut world = World::of("abcd");
    for (from, to) in [(0, 1), (1, 2), (2, 0), (2, 3)] {
        calls(from, to, Some(false), &mut world);
    }
    let [finding] = &findings(&world)[..] else { panic!("one finding") };
    let message = "`shop/a` calls `shop/b`, which calls `shop/c`, which calls `shop/a` again: a circle";
    assert_eq!((finding.message.as_str(), finding.level), (message, Level::Deny));
    assert_eq!(told(&world.services("x!:abcd")), ["invocation-cycle warn abc"]);
    // A right closes the circle: perhaps.
    let mut world = World::of("ab");
    calls(0, 1, Some(false), &mut world);
    allowed(1, 0, &mut world);
    world.closures[1].basis = Basis::Nothing;
    let levels = findings(&world).iter().map(|finding| (finding.rule.name, finding.level)).collect::<Vec<_>>();
    assert_eq!(levels, [("invocation-cycle", Level::Warn), ("synchronous-invocation", Level::Warn)]);
}

#[test]
fn stores_of_several_services() {
    use Strength::{Inherited, Own};
    let store = |kind: &str, access, strength| Store { kind: kind.into(), key: "orders#Main".into(), access, strength };
    let told_of = |stores: [Store; 2]| {
        let mut world = World::of("abc").services("x:ac y:b");
        world.functions[2].stores.push(store("table", Access::Write, Inherited));
        for (function, store) in world.functions.iter_mut().zip(stores) {
            function.stores.push(store);
        }
        findings(&world).iter().map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    let writes = |kind, strength| store(kind, Access::Write, strength);
    let surely = "the services `x` and `y` write the table `orders#Main`";
    assert_eq!(told_of([writes("table", Own), writes("table", Own)]), [surely]);
    assert_eq!(told_of([writes("table", Own), writes("table", Inherited)]), [surely]);
    let perhaps = "the services `x` and `y` may all write the table `orders#Main`";
    assert_eq!(told_of([writes("table", Inherited), writes("table", Inherited)]), [perhaps]);
    assert!(told_of([writes("table", Own), store("table", Access::Read, Own)]).is_empty());
    assert!(told_of([writes("secret", Own), writes("secret", Own)]).is_empty());
}

#[test]
fn packages_of_several_functions() {
    let mut world = World::of("abc");
    let artifact = Artifact { kind: ArtifactKind::Archive, name: "api/api.zip".into() };
    for function in &mut world.functions[..2] {
        function.artifact = Some(artifact.clone());
    }
    assert_eq!(told(&world), [""; 0], "allowed by default");
    let asked = |world: &World| {
        let warn = |rule: &RuleMeta| (rule.name == "shared-artifact").then(|| (Level::Warn, "asked".to_owned()));
        findings_with(world, &[], &warn).len()
    };
    assert_eq!(asked(&world), 1);
    (world.functions[0].name, world.functions[1].name) = ("PayDev".into(), "PayProd".into());
    assert_eq!(asked(&world), 0, "stages of one function");
}

#[test]
fn what_was_not_found_or_not_read_is_said() {
    let mut world = World::of("ab");
    world.functions[0].entry = None;
    world.functions[0].unresolved = Some("there is no file `src/pay.*`".into());
    world.closures[0].basis = Basis::Nothing;
    world.functions[0].declarations[0].handler = Some("src/pay.handler".into());
    let at = |line| Location { line, ..Location::whole_file(path("broken.yaml")) };
    let problems = [
        Problem::at(ProblemKind::InvalidManifest, at(7), "a tab"),
        Problem::at(ProblemKind::InvalidManifest, at(3), "no colon"),
        Problem::at(ProblemKind::Unevaluated, at(1), "a script"),
    ];
    let findings = findings_with(&world, &problems, &|_| None);
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    let expected = [
        "the manifest `broken.yaml` cannot be read: no colon",
        "the code of `shop/a` was not found: handler `src/pay.handler`",
    ];
    assert_eq!(messages, expected);
    assert_eq!(findings[1].primary.message, "there is no file `src/pay.*`");
    assert_eq!(findings[0].related.len(), 1);
}

#[test]
fn entries_of_every_confidence_count() {
    let mut world = world("ac*20");
    let entry = Entry { path: path("a/handler.ts"), symbol: Some("x".into()), confidence: Confidence::Convention };
    world.functions[0].entry = Some(entry);
    assert_eq!(told(&world), ["lockstep deny ac"]);
}

#[test]
fn levels_between_services_and_inside_one_are_apart() {
    let (across, within) = (world("ac*20"), world("ab*20"));
    let levels_of = |world: &World, asked: Asked| -> Vec<String> {
        let graph = world.graph();
        let facts = Facts {
            functions: &world.functions,
            services: &world.services,
            closures: &world.closures,
            clones: &world.clones,
            sizes: &world.sizes,
            graph: &graph,
            owners: &[],
            history: &world.history,
            problems: &[],
            change: None,
            outcome: None,
        };
        let findings = check(&View::new(facts), &|_| asked.clone(), &|_| Map::new());
        findings
            .into_iter()
            .filter(|finding| finding.rule.name == "lockstep")
            .map(|finding| finding.level_origin)
            .collect()
    };
    let asked = |level: Level, why: &str| Some((level, why.to_owned()));
    let both = Asked { between: asked(Level::Forbid, "across"), inside: asked(Level::Allow, "within") };
    assert_eq!(levels_of(&across, both.clone()), ["across"]);
    assert_eq!(levels_of(&within, both), Vec::<String>::new());
    // What is not asked for has the level of the defaults.
    let one = Asked { between: asked(Level::Allow, "across"), inside: None };
    assert_eq!(levels_of(&across, one.clone()), Vec::<String>::new());
    assert_eq!(levels_of(&within, one), ["`lockstep` is `warn` by default inside one service"]);
}

#[test]
fn options_are_checked() {
    let check = |rule: &str, options: Value| {
        let Value::Object(options) = options else { panic!("a table") };
        lockstep_rules::find(rule).unwrap().check_options(&options)
    };
    assert!(check("lockstep", json!({"lower": 0.4, "min-support": 5})).is_ok());
    let unknown = check("lockstep", json!({"lowr": 0.4})).unwrap_err();
    assert_eq!(unknown.message, "`lockstep` has no option `lowr`");
    assert_eq!((unknown.option.as_deref(), unknown.known.len()), (Some("lowr"), 4));
    let percent = check("lockstep", json!({"lower": 40})).unwrap_err();
    assert_eq!(percent.message, "`lower` of `lockstep` is 40; it is a share between 0 and 1");
    let word = check("follower", json!({"ratio": "much"})).unwrap_err();
    assert_eq!(word.option.as_deref(), Some("ratio"));
    assert!(check("unresolved-handler", json!({"x": 1})).is_err());
}
