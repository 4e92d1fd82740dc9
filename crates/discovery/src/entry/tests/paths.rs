//! Handlers that are paths to files, perhaps to what a compiler writes.

use super::*;

#[test]
fn compiled_files_are_traced_by_what_their_paths_say() {
    const PACKAGE: &str = r#"{"scripts": {"build": "esbuild app/a/index.ts app/b/index.ts --outdir=build"}}"#;
    let both: Texts<'_> = &[("package.json", PACKAGE), ("app/a/index.ts", ""), ("app/b/index.ts", "")];
    let cases: [(&str, Texts<'_>, &str); 10] = [
        ("build/b/index.js", both, "app/b/index.ts - compiled"),
        // Any other `index` is none.
        ("build/server/index.js", both, "? no file `build/server/index.{ts,js,…}` in the repository"),
        ("dist/index.js", &[("src/index.ts", "")], "src/index.ts - compiled"),
        ("dist/pay/index.js#run", &[("src/pay.ts", "")], "src/pay.ts run compiled"),
        ("dist/out/worker.mjs", &[("src/worker.ts", "")], "? no file `dist/out/worker.{ts,js,…}` in the repository"),
        ("worker.js", &[("src/worker.ts", "")], "src/worker.ts - compiled"),
        ("src/pay.ts#run", &[("src/pay.ts", "")], "src/pay.ts run exact"),
        (".out/api/list/index.js", &[("src/pages/api/list.ts", "")], "src/pages/api/list.ts - compiled"),
        (
            ".out/api/list/index.js",
            &[("a/api/list.ts", ""), ("b/api/list.ts", "")],
            "? no file `.out/api/list/index.{ts,js,…}` in the repository",
        ),
        ("gone.js", &[("x.ts", "")], "? no file `gone.{ts,js,…}` in the repository"),
    ];
    for (handler, texts, expected) in cases {
        let mut declared = declared("", handler, from_folder("", ""));
        declared.style = HandlerStyle::Path;
        assert_eq!(shown(&declared, texts), expected, "{handler}");
    }
}
