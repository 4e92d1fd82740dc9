//! Images: which file the command of a container starts.

use super::*;

fn image(context: &str, command: Option<&[&str]>, arguments: &[(&str, &str)]) -> CodeSource {
    CodeSource::Image {
        base: RepoPath::root(),
        context: Some(context.to_owned()),
        dockerfile: None,
        command: command.map(|words| words.iter().map(|word| (*word).to_owned()).collect()),
        name: None,
        arguments: arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

#[test]
fn containers_run_the_command_of_their_final_stage() {
    let python = "FROM public.ecr.aws/lambda/python:3.12 AS base\nCMD [\"wrong.handler\"]\nFROM base\n\
                  COPY ./shared/common ./common\nCOPY ./delta/src .\nCMD [\"delta.run\"]\n";
    let inherited = "FROM public.ecr.aws/lambda/python:3.12 AS base\nCMD [\"delta.run\"]\nFROM base\nCOPY delta/src/ ${LAMBDA_TASK_ROOT}\n";
    let node = "FROM node AS build\nCOPY . .\nRUN yarn build\nFROM node\nCOPY --from=build /app/build ./build\n\
                ENTRYPOINT [\"/usr/local/bin/npx\", \"aws-lambda-ric\"]\nCMD [\"build/main.run\"]\n";
    let go = "FROM golang AS build\nARG DIR\nCOPY ./fns/$DIR ./fns/$DIR\nRUN go build -o main ./fns/$DIR\nFROM scratch\n\
              COPY --from=build /app/main /main\nENTRYPOINT [ \"/main\" ]\n";
    let task = "FROM python\nCOPY src/ .\nENTRYPOINT [\"python\", \"batch.py\"]\n";
    let (delta, other) = (("delta/src/delta.py", ""), ("delta/src/other.py", ""));
    let texts: &[(&str, &str)] = &[("Dockerfile", python), delta, other, ("shared/common/x.py", "")];
    let go_texts: &[(&str, &str)] = &[("Dockerfile", go), ("fns/get/main.go", GO_MAIN), ("fns/put/main.go", GO_MAIN)];
    let cases: &[(CodeSource, Texts<'_>, &str)] = &[
        (image(".", None, &[]), texts, "delta/src/delta.py run exact"),
        (image(".", Some(&["other.run"]), &[]), texts, "delta/src/other.py run exact"),
        (image(".", None, &[]), &[("Dockerfile", inherited), delta], "delta/src/delta.py run exact"),
        (image(".", None, &[]), &[("Dockerfile", node), ("src/main.ts", "")], "src/main.ts run compiled"),
        (image(".", None, &[("DIR", "put")]), go_texts, "fns/put/main.go - artifact"),
        (image(".", None, &[]), &[("Dockerfile", task), ("src/batch.py", "")], "src/batch.py - exact"),
        (image("none", None, &[]), texts, "? no Dockerfile `Dockerfile` under `none/`"),
        (
            image(".", None, &[]),
            &[("Dockerfile", "FROM x\nCMD [\"gone.run\"]\n"), ("a.txt", "")],
            "? no file for the command `gone.run` of `Dockerfile` in the folders that it copies",
        ),
    ];
    for (code, texts, expected) in cases {
        assert_eq!(&shown(&declared("image", "", code.clone()), texts), expected, "{code:?}");
    }
}
