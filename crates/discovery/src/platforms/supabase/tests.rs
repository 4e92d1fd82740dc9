//! Small made-up projects, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Supabase, files)
}

/// `service/name handler code place`.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let tell = |one: &Declared| {
        let (said, code) = (&one.declaration, testing::code(one));
        let handler = said.handler.as_deref().unwrap_or("-");
        format!("{}/{} {handler} {code} {}:{}", one.service, one.name, said.location.path, said.location.line)
    };
    read(files).value.iter().map(tell).collect()
}

fn messages(files: &[(&str, &str)]) -> Vec<String> {
    read(files).problems.into_iter().map(|one| one.message).collect()
}

#[test]
fn folders_are_functions_but_for_shared_ones() {
    let files = [
        ("supabase/functions/pay/index.ts", ""),
        ("supabase/functions/pay/lib/index.ts", ""),
        ("supabase/functions/old/index.js", ""),
        ("supabase/functions/both/index.ts", ""),
        ("supabase/functions/both/index.js", ""),
        ("supabase/functions/_shared/index.ts", ""),
        ("supabase/functions/.cache/index.ts", ""),
        ("supabase/functions/index.ts", ""),
        ("supabase/functions/notes/README.md", ""),
        ("apps/web/supabase/functions/pay/index.ts", ""),
        ("functions/pay/index.ts", ""),
    ];
    assert_eq!(
        told(&files),
        [
            "web/pay index.ts apps/web/supabase/functions/pay: apps/web/supabase/functions/pay/index.ts:1",
            "supabase/both index.ts supabase/functions/both: supabase/functions/both/index.ts:1",
            "supabase/old index.js supabase/functions/old: supabase/functions/old/index.js:1",
            "supabase/pay index.ts supabase/functions/pay: supabase/functions/pay/index.ts:1",
        ]
    );
}

#[test]
fn the_configuration_moves_removes_and_adds() {
    let config = "[functions.pay]\nverify_jwt = false\n[functions.hook]\nentrypoint = \"./functions/hooks/stripe.ts\"\n\
                  [functions.off]\nenabled = false\n[functions.gone]\nverify_jwt = true\n\
                  [functions.lost]\nentrypoint = \"../../../x.ts\"\n";
    let files = [
        ("supabase/config.toml", config),
        ("supabase/functions/pay/index.ts", ""),
        ("supabase/functions/off/index.ts", ""),
        ("supabase/functions/hooks/stripe.ts", ""),
        ("supabase/functions/plain/index.ts", ""),
        ("src/supabase/functions/copy/index.ts", ""),
    ];
    assert_eq!(
        told(&files),
        [
            "supabase/hook stripe.ts supabase/functions/hooks: supabase/config.toml:3",
            "supabase/pay index.ts supabase/functions/pay: supabase/config.toml:1",
            "supabase/plain index.ts supabase/functions/plain: supabase/functions/plain/index.ts:1",
        ]
    );
    assert_eq!(
        messages(&files),
        [
            "`src/supabase/` has no `config.toml`, which others have: its functions are not counted",
            "`off` is switched off by `enabled = false`, so it is not deployed",
            "`gone` is configured, but there is no file that it starts in",
            "`lost` is configured, but there is no file that it starts in",
        ]
    );
}

#[test]
fn the_database_calls_by_addresses() {
    let sql = "-- select net.http_post(url := 'https://x/functions/v1/quiet');\n\
               select net.http_post(url := base || '/functions/v1/on_order/sync');\n\
               select cron.schedule('nightly', '0 0 * * *', $$ select net.http_post('https://x/functions/v1/nightly') $$);\n";
    let files = [
        ("supabase/migrations/1.sql", sql),
        ("supabase/functions/on_order/index.ts", ""),
        ("supabase/functions/nightly/index.ts", ""),
        ("supabase/functions/quiet/index.ts", ""),
    ];
    let found = read(&files).value;
    assert_eq!(testing::uses(&found, "on_order"), ["Receives other supabase#on_order database Own"]);
    assert_eq!(testing::uses(&found, "nightly"), ["Receives schedule supabase#nightly pg_cron Own"]);
    assert_eq!(testing::uses(&found, "quiet"), Vec::<String>::new());
}
