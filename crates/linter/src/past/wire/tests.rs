//! Unit tests of [`super`]: what comes back, and what is never trusted.

use lockstep_config::Config;
use lockstep_testkit::{Page, Repository};

use super::*;
use crate::{Options, Project, Silent, analyse, model};

const OPTIONS: Options = Options { as_of: None, allow_shallow: false, jobs: 1 };

/// A function whose manifest has a block for it, and two that start in one file.
const SHOP: &str = "# Shop\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d6 ana \"Round anew\" M pay.js M serverless.yml\n```\n\n```yaml serverless.yml\nservice: shop\nprovider: { name: aws }\nfunctions:\n  pay: { handler: pay.run, timeout: 0 }\n  list: { handler: pay.list }\n```\n\n```js pay.js\nconst rate = 0;\nexports.run = () => rate + 0;\nexports.list = () => 0;\n```\n";

fn blob(number: u8) -> BlobId {
    BlobId([number; 20])
}

fn known() -> Known {
    let mut known = Known::default();
    let path = RepoPath::from_git(b"src/a.ts");
    known.add_kind(&path, ChangeKind::Behaviour, (blob(1), blob(2)), Some(ChangeKind::Cosmetic));
    known.add_kind(&path, ChangeKind::Behaviour, (blob(2), blob(3)), None);
    known.add_unusable([blob(9)]);
    let outline = Outline {
        symbols: vec![("total".into(), vec![1]), ("rate".into(), Vec::new())],
        exports: vec![("default".into(), Some(0)), ("passed on".into(), None)],
        loaded: vec![1],
        opaque: true,
    };
    known.add_code(&path, |code| {
        code.add_version(blob(1), Some(outline.clone()));
        code.add_version(blob(2), Some(outline));
        code.add_version(blob(3), None);
        code.add_changed((blob(1), blob(2)), Changed { names: vec!["rate".into()], loading: Loading::Naming });
    });
    let pairs = [((blob(4), blob(5)), BlocksChanged { blocks: vec![1], broken: vec![blob(4)] })].into();
    let keys = vec![vec!["functions".to_owned(), "a".to_owned()], vec!["functions".to_owned(), "b".to_owned()]];
    known.add_blocks(&RepoPath::from_git(b"serverless.yml"), KeptBlocks { keys, pairs });
    known
}

fn bytes() -> Vec<u8> {
    let past = Past { line: None.into(), known: known().into(), store: None };
    past.to_bytes(7, vec![("units".to_owned(), "src/*".to_owned())]).unwrap()
}

/// `bytes` with a sound hash, whatever they say.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hash = hash(&bytes);
    bytes.extend(hash);
    bytes
}

#[test]
fn what_is_written_comes_back() {
    let bytes = bytes();
    let (facts, past) = Past::from_bytes(&bytes).unwrap();
    assert_eq!((facts.changesets, facts.build.as_str()), (7, PAST));
    assert_eq!(past.known.into_inner().unwrap(), known());
    assert_eq!(Past::facts_of(&bytes).unwrap(), facts);
    let (_, again) = Past::from_bytes(&bytes).unwrap();
    assert_eq!(again.to_bytes(7, facts.settings).unwrap(), bytes);
}

#[test]
fn what_is_damaged_or_cut_short_is_an_error() {
    let good = bytes();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        assert!(Past::from_bytes(&bad).is_err(), "byte {at}");
        assert!(Past::from_bytes(&good[..at]).is_err(), "cut at {at}");
    }
    assert_eq!(Past::from_bytes(b"").err(), Some(PastError::Short));
    assert_eq!(Past::from_bytes(b"{\"version\": 1}").err(), Some(PastError::Foreign));
}

/// Whoever writes a sound hash over nonsense gets an error or a past, and no panic.
#[test]
fn what_is_sealed_is_not_trusted_either() {
    let good = bytes();
    let body = &good[..good.len() - HASH];
    let mut seen_when_asked = 0;
    for at in MAGIC.len()..body.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bad = body.to_vec();
            bad[at] ^= change;
            let bad = sealed(bad);
            let at_once = Past::from_bytes(&bad).is_err();
            // Definitions in what is kept here are read when they are asked for, and those of a model at once.
            if let Ok((_, past)) = Past::from_held(&bad.into()) {
                seen_when_asked += u32::from(at_once);
                let known = Past::known(Some(&past));
                let code = known.code(&RepoPath::from_git(b"a.ts"));
                let outline = code.and_then(|code| code.outline(blob(1))).flatten();
                outline.map(|outline| outline.reached(&[lockstep_codegraph::parts::Asked::Start("total".to_owned())]));
            }
        }
        let _ = Past::from_bytes(&sealed(body[..at].to_vec()));
    }
    assert!(seen_when_asked > 20, "only {seen_when_asked} were an error of a model");
    let mut other = body.to_vec();
    other[MAGIC.len() + LENGTH + 1] ^= 1;
    assert!(matches!(Past::from_bytes(&sealed(other.clone())), Err(PastError::OtherBuild(_))));
    assert!(Past::facts_of(&sealed(other)).is_ok());
}

/// A whole run on it neither: whatever a model says, it is an error or a history.
#[test]
fn no_model_ends_a_run() {
    let page = Page::parse(SHOP).unwrap();
    let shop = Repository::build(&page.cases[0].plan().unwrap()).unwrap();
    let config = Config::default();
    let good = model(&mut Project::open(shop.path()).unwrap(), &config, &OPTIONS, &Silent).ok().unwrap().bytes;
    let body = &good[..good.len() - HASH];
    let mut project = Project::open(shop.path()).unwrap();
    let mut used = 0;
    for at in (MAGIC.len() + LENGTH..body.len()).step_by(3) {
        let mut bad = body.to_vec();
        bad[at] ^= if at % 2 == 0 { 0x7f } else { 0x01 };
        (project.past, project.without_model) = (None, None);
        project.use_model("main.model", Ok(sealed(bad)), &config);
        if project.past.is_some() {
            used += 1;
            analyse(&project, &config, &OPTIONS, &Silent);
        }
    }
    assert!(used > 50, "only {used} could be read at all");
}

#[test]
fn of_blocks_only_those_are_known_that_were_asked_about() {
    let known = known();
    let kept = known.blocks(&RepoPath::from_git(b"serverless.yml")).unwrap();
    let (b, c) = (vec!["functions".to_owned(), "b".to_owned()], vec!["functions".to_owned(), "c".to_owned()]);
    let changed = |keys: [&Vec<String>; 2], some| {
        kept.changed((blob(4), blob(5)), &kept.numbers(keys.into_iter()), some).map(|changed| changed.blocks)
    };
    assert_eq!(changed([&b, &kept.keys[0]], false), Some(vec![0]));
    assert_eq!(changed([&c, &b], false), None);
    assert_eq!(changed([&c, &b], true), Some(vec![1]));
    let of_b = kept.numbers([&b].into_iter());
    assert_eq!(kept.changed((blob(4), blob(6)), &of_b, true), None);
    assert!(kept.knows((blob(4), blob(5)), &of_b) && !kept.knows((blob(4), blob(6)), &of_b));
    assert_eq!(kept.numbers([&b, &kept.keys[0], &c].into_iter()), [Some(1), Some(0), None]);
    assert!(!kept.knows((blob(4), blob(5)), &[Some(1), None]));
}
