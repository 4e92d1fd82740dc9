//! Which code a function has: handlers, runtimes, packages, images, plugins, and providers other than AWS.

use super::*;

#[test]
fn what_the_provider_says_holds_where_a_function_says_nothing() {
    let cases = [
        ("provider: { name: aws, runtime: python3.13 }", "{ handler: a.b }", "a.b python3.13 :."),
        ("provider: { name: aws, runtime: python3.13 }", "{ handler: a.b, runtime: ruby3.3 }", "a.b ruby3.3 :."),
        ("provider: aws", "{ handler: a.b }", "a.b - :."),
        ("provider: { name: aws, runtime: '${env:RUNTIME}' }", "{ handler: a.b }", "a.b - :."),
        ("provider: { name: aws, runtime: Node.js14.18 }", "{ handler: a.b }", "a.b nodejs14.18 :."),
        ("provider: { name: aws }\npackage: { individually: true }", "{ handler: a.b }", "a.b - :."),
        ("provider: { name: aws }\npackage: { individually: true }", "{ handler: a.b, module: m }", "a.b - :m"),
        ("provider: { name: aws }", "{ handler: a.b, package: { artifact: out/f.zip } }", "a.b - artifact out/f.zip"),
        ("provider: { name: aws }", "{ handler: a.b, package: { patterns: ['!x'] } }", "a.b - :."),
        (
            "provider: { name: aws }\npackage: { artifact: ../x/build.zip }",
            "{ handler: a.b }",
            "a.b - artifact ../x/build.zip",
        ),
        // An archive of the service's own folder holds that folder.
        ("provider: { name: aws }\npackage: { artifact: all.zip }", "{ handler: a.b }", "a.b - :."),
    ];
    for (head, function, expected) in cases {
        let text = format!("service: shop\n{head}\nfunctions: {{ f: {function} }}\n");
        assert_eq!(told(&[("serverless.yml", &text)]), [format!("shop/f {expected}")], "{head} {function}");
    }
}

#[test]
fn functions_come_as_maps_lists_and_files() {
    let cases = [
        "functions: { a: { handler: a.run }, b: { handler: b.run } }",
        "functions:\n  - a: { handler: a.run }\n  - b: { handler: b.run }",
        "functions:\n  - a: { handler: a.run }\n    b: { handler: b.run }",
        "functions: ${file(both.yml)}",
        "functions: ${file(./both.yml)}",
        "functions: ${file(inside.yml):functions}",
        "functions: ${file(list.yml)}",
        "functions:\n  - ${file(a.yml)}\n  - ${file(b.json)}",
        "functions: { a: '${file(a.yml):a}', b: '${file(b.json):b}' }",
        "functions: ${self:custom.functions}\ncustom: { functions: { a: { handler: a.run }, b: { handler: b.run } } }",
        "custom:\n  base: &base { handler: a.run }\nfunctions:\n  a: *base\n  b: { <<: *base, handler: b.run }",
    ];
    for written in cases {
        let text = service(&format!("{written}\n"));
        let files = [
            ("serverless.yml", text.as_str()),
            ("both.yml", "a: { handler: a.run }\nb: { handler: b.run }\n"),
            ("inside.yml", "functions: { a: { handler: a.run }, b: { handler: b.run } }\n"),
            ("list.yml", "- a: { handler: a.run }\n- ${file(b.json)}\n"),
            ("a.yml", "a: { handler: a.run }\n"),
            ("b.json", r#"{"b": {"handler": "b.run"}}"#),
        ];
        assert_eq!(told(&files), ["shop/a a.run nodejs22.x :.", "shop/b b.run nodejs22.x :."], "{written}");
        assert_eq!(problems(&files), [], "{written}");
    }
}

#[test]
fn handlers_of_included_files_start_at_the_service() {
    let text = service("functions: ${file(src/users/functions.yml)}\n");
    let files = [
        ("svc/serverless.yml", text.as_str()),
        ("svc/src/users/functions.yml", "get: { handler: src/users/get.run }\n"),
    ];
    assert_eq!(told(&files), ["shop/get src/users/get.run nodejs22.x svc:."]);
}

#[test]
fn what_is_commented_out_or_names_no_code_is_no_function() {
    let text = service("functions:\n  a: { handler: a.run }\n#  b:\n#    handler: b.run\n  c: { timeout: 3 }\n  d:\n");
    let files = [("serverless.yml", text.as_str())];
    assert_eq!(told(&files), ["shop/a a.run nodejs22.x :."]);
    let found: Vec<String> = problems(&files).into_iter().map(|(_, message)| message).collect();
    let nothing = |name| format!("`{name}` names neither a handler nor an image, so nothing is deployed for it");
    assert_eq!(found, [nothing("c"), nothing("d")]);
}

#[test]
fn a_function_that_slipped_out_of_the_list_is_named() {
    let text = service("functions:\n  a: { handler: a.run }\nb:\n  handler: b.run\n");
    let found = read(&[("serverless.yml", &text)]);
    assert_eq!(found.value.len(), 1);
    let [problem] = &found.problems[..] else { panic!("{:?}", found.problems) };
    assert_eq!(problem.message, "`b` has a handler but stands outside of `functions`, so it is not deployed");
    assert_eq!(problem.location.as_ref().map(|place| (place.line, place.column)), Some((5, 1)));
}

#[test]
fn images_say_what_is_built_and_run() {
    let ecr = "ecr: { images: { app: { path: ./app, file: Docker.fn, buildArgs: { DIR: orders } }, short: ./small } }";
    let head = HEAD.replace("runtime: nodejs22.x }", &format!("runtime: nodejs22.x, {ecr} }}"));
    let cases = [
        (
            "{ image: { name: app, command: [a.run] } }",
            "Some(\"./app\") Some(\"Docker.fn\") Some([\"a.run\"]) DIR=orders",
        ),
        ("{ image: app }", "Some(\"./app\") Some(\"Docker.fn\") None DIR=orders"),
        ("{ image: short }", "Some(\"./small\") None None "),
        ("{ image: 1234.dkr.ecr.eu-west-1.amazonaws.com/app:latest }", "None None None "),
    ];
    for (function, expected) in cases {
        let text = format!("{head}functions: {{ f: {function} }}\n");
        let found = read(&[("serverless.yml", &text)]).value;
        let CodeSource::Image { context, dockerfile, command, arguments, .. } = &found[0].code else {
            panic!("{function}: {:?}", found[0].code)
        };
        let arguments: Vec<String> = arguments.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let shown = format!("{context:?} {dockerfile:?} {command:?} {}", arguments.join(" "));
        assert_eq!(shown, expected, "{function}");
        assert_eq!(found[0].runtime.as_deref(), Some("image"), "{function}");
    }
}

#[test]
fn plugins_change_what_a_handler_means() {
    let wsgi = "plugins: [serverless-wsgi]\ncustom: { wsgi: { app: api.app } }\nfunctions: { f: { handler: wsgi_handler.handler } }\n";
    let rack = "plugins: [serverless-rack]\nfunctions: { f: { handler: rack_adapter.handler } }\n";
    let listed = "plugins: { modules: [serverless-wsgi] }\ncustom: { wsgi: { app: api:app } }\nfunctions: { f: { handler: wsgi.handler } }\n";
    for (rest, expected) in [(wsgi, "api.app"), (rack, "config.ru"), (listed, "api.app")] {
        let found = told(&[("serverless.yml", &service(rest))]);
        assert_eq!(found, [format!("shop/f {expected} nodejs22.x :.")], "{rest}");
    }
    for (rest, expected) in [
        ("plugins: [serverless-esbuild]\n", HandlerStyle::Bundler),
        ("frameworkVersion: '4'\n", HandlerStyle::Bundler),
        ("frameworkVersion: '3'\n", HandlerStyle::Runtime),
        ("plugins: ['${self:custom.none, \"serverless-webpack\"}']\n", HandlerStyle::Bundler),
    ] {
        let text = service(&format!("{rest}functions: {{ f: {{ handler: a.b }} }}\n"));
        assert_eq!(read(&[("serverless.yml", &text)]).value[0].style, expected, "{rest}");
    }
}

#[test]
fn other_providers_write_handlers_in_their_own_ways() {
    let cases = [
        ("azure, runtime: nodejs18", "{ handler: src/a.run }", "src/a.run nodejs18 :."),
        ("google, runtime: nodejs20", "{ handler: http, events: [http: path] }", "http nodejs20 :."),
        ("google", "{ handler: http }", "http nodejs :."),
        ("openwhisk", "{ handler: a.main, runtime: 'python:3' }", "a.main python:3 :."),
        ("cloudflare", "{ name: x, script: worker }", "worker nodejs :."),
        ("twilio", "{ handler: forward }", "forward nodejs :."),
        ("openwhisk", "{ handler: me/jq, runtime: docker }", "me/jq docker image -"),
        ("knative", "{ handler: Dockerfile, context: ./code }", "- image image ./code"),
    ];
    for (provider, function, expected) in cases {
        let text = format!("service: shop\nprovider: {{ name: {provider} }}\nfunctions: {{ f: {function} }}\n");
        assert_eq!(told(&[("serverless.yml", &text)]), [format!("shop/f {expected}")], "{provider}");
    }
    let sequence =
        "service: shop\nprovider: { name: openwhisk }\nfunctions: { a: { handler: a.main }, b: { sequence: [a] } }\n";
    assert_eq!(told(&[("serverless.yml", sequence)]).len(), 1);
    let message = "`b` is a sequence of other functions and has no code of its own".to_owned();
    assert_eq!(problems(&[("serverless.yml", sequence)]), [(ProblemKind::Unsupported, message)]);
}

#[test]
fn manifests_that_deploy_no_functions_say_why_or_nothing() {
    let component = "component: scf\nname: x\ninputs: { src: ./ }\n";
    let empty = "custom: { a: b }\n";
    let resources = "service: tables\nprovider: { name: aws }\nresources: { Resources: {} }\n";
    for (text, expected) in [
        (component, vec!["this manifest deploys Serverless Components, not functions; what they run is not known"]),
        (empty, vec!["this manifest names neither a service nor a provider"]),
        (resources, vec![]),
    ] {
        let found = read(&[("serverless.yml", text)]);
        let messages: Vec<&str> = found.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!((found.value.len(), messages), (0, expected), "{text}");
    }
}
