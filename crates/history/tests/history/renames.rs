//! What was changed under an old name counts for the name of today.

use lockstep_history::{Options, read};
use lockstep_model::ChangeKind;

use crate::throwaway::{Op, Script, delete, shown, story, write};

fn told(story: &[(String, Vec<String>)], subject: &str) -> Vec<String> {
    story.iter().find(|(it, _)| it == subject).unwrap_or_else(|| panic!("{subject} is in {story:?}")).1.clone()
}

#[test]
fn a_renamed_file_takes_its_past_along() {
    let mut script = Script::new();
    script.commit("main", "Start", &[write("a.py", "one"), write("other.py", "x")]);
    script.commit("main", "Change", &[write("a.py", "two")]);
    script.commit("main", "Move", &[delete("a.py"), write("b.py", "two"), write("other.py", "y")]);
    script.commit("main", "Move again", &[delete("b.py"), write("lib/c.py", "two"), write("other.py", "z")]);
    let repository = script.repository();
    let history = repository.history();
    let story = story(&history);
    assert_eq!(told(&story, "Change"), ["M a.py => lib/c.py"]);
    assert_eq!(told(&story, "Move"), ["R b.py => lib/c.py", "M other.py"]);
    assert_eq!(told(&story, "Move again"), ["R lib/c.py", "M other.py"]);
    let renamed = &history.changesets[2].changes[0];
    assert_eq!((renamed.kind, renamed.before), (ChangeKind::Cosmetic, renamed.after));

    let options = Options { follow_renames: false, ..Options::default() };
    let history = read(&repository.open(), &options, &|_| ()).value;
    assert_eq!(shown(&history, &history.changesets[2]), ["D a.py", "A b.py", "M other.py"]);
}

#[test]
fn a_name_that_is_used_again_is_another_file() {
    let mut script = Script::new();
    script.commit("main", "Start", &[write("a.py", "one")]);
    script.commit("main", "Move", &[delete("a.py"), write("b.py", "one"), write("c.py", "x")]);
    script.commit("main", "New", &[write("a.py", "something else")]);
    let story = story(&script.repository().history());
    assert_eq!(told(&story, "Start"), ["A a.py => b.py"]);
    assert_eq!(told(&story, "New"), ["A a.py"]);
}

#[test]
fn files_of_one_content_go_where_their_folder_went() {
    let files = |folder: &str| {
        [("__init__.py", String::new()), ("app.py", format!("def {folder}")), ("cors.tf", "same".into())]
    };
    let mut script = Script::new();
    let mut start = Vec::new();
    let mut moves = vec![write("x.py", "y")];
    // `z…` is moved to what sorts first: names alone would pair the copies crosswise.
    for (old, new) in [("old/a", "new/z"), ("old/b", "new/y")] {
        for (name, text) in files(old) {
            start.push(write(&format!("{old}/{name}"), &text));
            moves.extend([delete(&format!("{old}/{name}")), write(&format!("{new}/{name}"), &text)]);
        }
    }
    script.commit("main", "Start", &start);
    script.commit("main", "Move", &moves);
    let story = story(&script.repository().history());
    let expected = [
        "old/b/__init__.py => new/y/__init__.py",
        "old/b/app.py => new/y/app.py",
        "old/b/cors.tf => new/y/cors.tf",
        "old/a/__init__.py => new/z/__init__.py",
        "old/a/app.py => new/z/app.py",
        "old/a/cors.tf => new/z/cors.tf",
    ];
    assert_eq!(told(&story, "Start"), expected.map(|it| format!("A {it}")));
}

#[test]
fn a_file_that_moved_with_its_folder_may_change_on_the_way() {
    let mut script = Script::new();
    script.commit("main", "Start", &[write("orders/app.py", "import old"), write("orders/model.py", "class Order")]);
    script.commit(
        "main",
        "Move",
        &[
            delete("orders/app.py"),
            delete("orders/model.py"),
            write("services/orders/app.py", "import new"),
            write("services/orders/model.py", "class Order"),
        ],
    );
    let history = script.repository().history();
    let story = story(&history);
    assert_eq!(
        told(&story, "Start"),
        ["A orders/app.py => services/orders/app.py", "A orders/model.py => services/orders/model.py"]
    );
    assert_eq!(told(&story, "Move"), ["RM services/orders/app.py", "R services/orders/model.py"]);
    assert_eq!(history.changesets[1].changes[0].kind, ChangeKind::Behaviour);
}

#[test]
fn the_rest_of_a_folder_that_moved_file_by_file_goes_along() {
    let old = |n: u32| format!("api/f{n}.py");
    let mut script = Script::new();
    let start: Vec<Op> = (0..4).map(|n| write(&old(n), &format!("text {n}"))).collect();
    script.commit("main", "Start", &start);
    script.commit("main", "Drop one", &[delete("api/f3.py")]);
    // Three of three files go to one place, each in a commit of its own: no single commit tells it.
    for n in 0..3 {
        let new = format!("services/api/f{n}.py");
        script.commit(
            "main",
            &format!("Move {n}"),
            &[delete(&old(n)), write(&new, &format!("text {n}")), write("x.py", &n.to_string())],
        );
    }
    let story = story(&script.repository().history());
    assert_eq!(told(&story, "Drop one"), ["D api/f3.py => services/api/f3.py"]);
}

#[test]
fn a_folder_that_still_exists_did_not_move() {
    let mut script = Script::new();
    let start: Vec<Op> = (0..5).map(|n| write(&format!("api/f{n}.py"), &format!("text {n}"))).collect();
    script.commit("main", "Start", &start);
    script.commit("main", "Drop one", &[delete("api/f3.py")]);
    let moves: Vec<Op> = (0..3)
        .flat_map(|n| [delete(&format!("api/f{n}.py")), write(&format!("lib/f{n}.py"), &format!("text {n}"))])
        .collect();
    script.commit("main", "Move", &[&moves[..], &[write("x.py", "x")]].concat());
    let story = story(&script.repository().history());
    assert_eq!(told(&story, "Drop one"), ["D api/f3.py"], "api/f4.py is still there");
}

#[test]
fn two_folders_that_changed_places_come_to_an_end() {
    let mut script = Script::new();
    let files = |folder: &str, make: fn(String, usize) -> Op| -> Vec<Op> {
        (0..3).map(|n| make(format!("{folder}/f{n}.py"), n)).collect()
    };
    let add = |path: String, n: usize| write(&path, &format!("text {n}"));
    let remove = |path: String, _| delete(&path);
    script.commit("main", "Start", &[&files("a", add)[..], &[write("a/gone.py", "x")]].concat());
    script.commit("main", "Drop", &[delete("a/gone.py")]);
    script.commit("main", "There", &[files("a", remove), files("b", add), vec![write("x.py", "1")]].concat());
    script.commit("main", "Back", &[files("b", remove), files("a", add), vec![write("x.py", "2")]].concat());
    script.commit("main", "Away", &[files("a", remove), vec![write("x.py", "3")]].concat());
    let story = story(&script.repository().history());
    assert_eq!(story.len(), 5);
    assert!(told(&story, "Drop")[0].starts_with("D a/gone.py"));
}
