//! What variables lead to, and what is said where they lead nowhere.

use super::*;

/// The handler of `f`, whose handler is `written`, in a service with a stage, settings and files beside it.
fn handler(written: &str, files: Files<'_>) -> (String, Vec<(ProblemKind, String)>) {
    let text = format!(
        "service: shop\nprovider:\n  name: aws\n  runtime: nodejs22.x\n  stage: ${{opt:stage, 'qa'}}\n  region: eu-west-1\n\
         params: {{ default: {{ folder: common }}, qa: {{ queue: jobs }} }}\n\
         custom:\n  folder: src\n  nested: {{ deep: [first, second] }}\n  byStage: {{ qa: quality, prod: live }}\n  empty:\n\
         functions:\n  f:\n    handler: {written}\n"
    );
    let mut all = vec![("serverless.yml", text.as_str())];
    all.extend(files);
    let found = read(&all);
    let handler = found.value.first().and_then(|one| one.declaration.handler.clone()).unwrap_or_default();
    (handler, found.problems.into_iter().map(|problem| (problem.kind, problem.message)).collect())
}

#[test]
fn each_source_has_its_value() {
    let files = [
        ("settings.yml", "a: { b: from-file }\nlist: [zero, one]\nback: ${self:custom.folder}\nroot: x\n"),
        ("settings.json", r#"{"a": "from-json"}"#),
        ("name.txt", "from-text"),
        ("deep/settings.yml", "next: ${file(other.yml):x}\n"),
        ("deep/other.yml", "x: beside-the-include\n"),
        ("config.qa.yml", "folder: of-qa\n"),
        ("config.prod.yml", "folder: of-prod\n"),
    ];
    for (written, expected) in [
        ("${self:custom.folder}/f.run", "src/f.run"),
        ("${self:custom.nested.deep.1}.run", "second.run"),
        ("${self:custom.byStage.${self:provider.stage}}.run", "quality.run"),
        ("${self:custom.byStage.${opt:stage, 'prod'}}.run", "quality.run"),
        ("${self:custom.byStage.${sls:stage}}.run", "quality.run"),
        ("${self:service}-${self:provider.region}.run", "shop-eu-west-1.run"),
        ("${file(settings.yml):a.b}.run", "from-file.run"),
        ("${file(./settings.yml):list.1}.run", "one.run"),
        ("${file(settings.yml):back}.run", "src.run"),
        ("${file(settings.json):a}.run", "from-json.run"),
        ("${file(name.txt)}.run", "from-text.run"),
        ("${file(deep/settings.yml):next}.run", "beside-the-include.run"),
        ("${file(config.${opt:stage, 'prod'}.yml):folder}.run", "of-qa.run"),
        ("${opt:folder, 'behind'}.run", "behind.run"),
        ("${env:FOLDER, self:custom.none, \"two, three\"}.run", "two, three.run"),
        ("${self:custom.empty, 'not-null'}.run", "not-null.run"),
        ("${param:folder}/${param:queue}.run", "common/jobs.run"),
        ("${env:FOLDER}.run", "*.run"),
        ("${cf:other-dev.Output}.run", "*.run"),
        ("${ssm:/path/x}.run", "*.run"),
        ("${aws:accountId}.run", "*.run"),
        ("${plugin(x):y}.run", "*.run"),
    ] {
        assert_eq!(
            handler(&format!("'{}'", written.replace('\'', "''")), &files),
            (expected.into(), vec![]),
            "{written}"
        );
    }
}

#[test]
fn a_stage_that_refers_to_itself_elsewhere_is_no_circle() {
    // As in real repositories: the stage of all services stands in one file, and that file asks for it again.
    let common = "provider: { stage: '${opt:stage, self:provider.stage, \"dev\"}' }\ncustom: { stage: '${opt:stage, self:provider.stage}' }\n";
    let service = "service: a\nprovider: { name: aws, stage: '${file(../common.yml):provider.stage}' }\n\
                   custom: '${file(../common.yml):custom}'\nfunctions: { f: { handler: 'src/f.run', environment: { STAGE: '${self:custom.stage}' } } }\n";
    let own = "service: a\nprovider: { name: aws, stage: '${self:custom.stage}' }\ncustom: { stage: '${opt:stage, \"qa\"}' }\n\
               functions: { f: { handler: '${self:provider.stage}/f.run' } }\n";
    let development = "service: a\nprovider: { name: aws, stage: '${opt:stage, \"development\"}' }\n\
                       custom: { stage: '${opt:stage, self:provider.stage}' }\nfunctions: { f: { handler: '${self:custom.stage}/f.run' } }\n";
    for (text, expected) in [(service, "src/f.run"), (own, "qa/f.run"), (development, "development/f.run")] {
        let files = [("common.yml", common), ("a/serverless.yml", text)];
        assert_eq!(problems(&files), [], "{text}");
        assert_eq!(told(&files), [format!("a/f {expected} - a:.")], "{text}");
    }
}

#[test]
fn circles_end_and_are_named() {
    let cases = [
        ("${self:custom.a}", "a: '${self:custom.a}'"),
        ("${self:custom.a}", "a: 'x${self:custom.b}', b: 'y${self:custom.a}'"),
        ("${self:custom.a}", "a: '${file(circle.yml):x}'"),
    ];
    for (written, custom) in cases {
        let text = service(&format!("custom: {{ {custom} }}\nfunctions: {{ f: {{ handler: '{written}' }} }}\n"));
        let files = [("serverless.yml", text.as_str()), ("circle.yml", "x: ${self:custom.a}\n")];
        let found = problems(&files);
        let is_circle = |(kind, message): &(ProblemKind, String)| {
            *kind == ProblemKind::InvalidManifest && message.contains("refers to itself")
        };
        assert!(found.iter().any(is_circle), "{custom}: {found:?}");
        assert_eq!(told(&files).len(), 1, "{custom}");
    }
}

#[test]
fn a_stage_may_ask_for_itself_only_behind_the_option() {
    let text = |stage: &str, handler: &str| {
        format!(
            "service: a\nprovider: {{ name: aws, stage: '{stage}' }}\ncustom: {{ a: '${{self:provider.stage}}' }}\n\
             functions: {{ f: {{ handler: '{handler}/f.run' }} }}\n"
        )
    };
    for handler in ["${self:provider.stage}", "${sls:stage}", "${opt:stage, self:custom.a}", "${self:custom.a}"] {
        let asked = text("${opt:stage, self:provider.stage}", handler);
        assert_eq!(problems(&[("serverless.yml", &asked)]), [], "{handler}");
        let circle = text("${self:custom.a}", handler);
        let found = problems(&[("serverless.yml", &circle)]);
        assert!(found.iter().any(|(_, message)| message.contains("refers to itself")), "{handler}: {found:?}");
    }
}

#[test]
fn the_same_words_in_another_file_are_no_circle() {
    let text = service("functions: { f: { handler: '${file(x/settings.yml):folder}.run' } }\n");
    let files = [
        ("serverless.yml", text.as_str()),
        ("x/settings.yml", "folder: ${file(y/settings.yml):folder}\n"),
        ("x/y/settings.yml", "folder: ${file(y/settings.yml):folder}\n"),
        ("x/y/y/settings.yml", "folder: end\n"),
    ];
    assert_eq!(told(&files), ["shop/f end.run nodejs22.x :."]);
    assert_eq!(problems(&files), []);
}

#[test]
fn functions_that_cannot_be_read_are_named_with_their_place() {
    let cases = [
        ("${file(gone.yml)}", ProblemKind::Unevaluated, "there is no file `gone.yml`"),
        ("${file(x.yml):gone}", ProblemKind::Unevaluated, "there is no `gone`"),
        ("${file(../../../x.yml)}", ProblemKind::Unevaluated, "lies outside the repository"),
        ("${file(x.js)}", ProblemKind::Unevaluated, "`x.js` is a script, which is never run"),
        ("${file(x.js):build}", ProblemKind::Unevaluated, "`x.js` is a script, which is never run"),
        ("${env:FUNCTIONS}", ProblemKind::Unevaluated, "only a deployment knows its value"),
        ("${file(bad.yml)}", ProblemKind::InvalidManifest, ""),
        ("just words", ProblemKind::InvalidManifest, "not a map of functions"),
    ];
    for (written, kind, words) in cases {
        let text = service(&format!("functions: {written}\n"));
        let files = [
            ("serverless.yml", text.as_str()),
            ("x.js", "throw new Error('never run')"),
            ("x.yml", "a: b\n"),
            ("bad.yml", "a: [\n"),
        ];
        let found = read(&files);
        assert!(found.value.is_empty(), "{written}");
        let expected =
            |problem: &Problem| problem.kind == kind && problem.message.contains(words) && problem.location.is_some();
        assert!(found.problems.iter().any(expected), "{written}: {:?}", found.problems);
    }
}

#[test]
fn one_function_that_cannot_be_read_leaves_the_others() {
    let text = service(
        "functions:\n  lost: ${file(gone.yml)}\n  script: ${file(x.js):f}\n  kept: { handler: a.b }\n  \
                        half: { handler: '${file(x.js):h}' }\n",
    );
    let files = [("serverless.yml", text.as_str()), ("x.js", "")];
    assert_eq!(told(&files), ["shop/half * nodejs22.x :.", "shop/kept a.b nodejs22.x :."]);
    let found: Vec<String> = problems(&files).into_iter().map(|(_, message)| message).collect();
    assert_eq!(
        found,
        [
            "the function `lost` cannot be read from `${file(gone.yml)}`: there is no file `gone.yml`",
            "the function `script` cannot be read from `${file(x.js):f}`: `x.js` is a script, which is never run",
        ]
    );
}

#[test]
fn files_of_stages_speak_together_where_none_is_the_default() {
    let text = "service: shop\nprovider: { name: aws, runtime: python3.13 }\ncustom: ${file(config.${opt:stage}.yml)}\n\
                functions: { f: { handler: '${self:custom.folder}/f.run', name: '${self:custom.name}' } }\n";
    let files = [
        ("serverless.yml", text),
        ("config.live.yml", "folder: src\nname: a\n"),
        ("config.test.yml", "folder: src\nname: b\n"),
    ];
    assert_eq!(told(&files), ["shop/f src/f.run python3.13 :."]);
    assert_eq!(problems(&files), []);
}
