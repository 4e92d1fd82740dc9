//! The components of SST: what each is, whatever the version calls it.

use lockstep_script::evaluate::{Event, EventKind};

/// What a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Worker,
    Api,
    Cron,
    Queue,
    Topic,
    Bus,
    Stream,
    Bucket,
    Table,
    Database,
    Secret,
    Other,
}

/// Packages of versions 1 and 2.
const PACKAGES: [&str; 3] = ["sst/constructs", "@serverless-stack/resources", "sst/constructs/deprecated"];

/// Components that build a web framework: their functions are made by a build.
const FRAMEWORKS: [&str; 17] = [
    "Nextjs",
    "NextjsSite",
    "Astro",
    "AstroSite",
    "Remix",
    "RemixSite",
    "SvelteKit",
    "SvelteKitSite",
    "SolidStart",
    "SolidStartSite",
    "Nuxt",
    "NuxtSite",
    "Analog",
    "TanStackStart",
    "React",
    "QwikSite",
    "AngularUniversalSite",
];

/// The name of a component, without its package: `aws.Function`, `Api`; none for what is no component.
pub(super) fn component(event: &Event) -> Option<&str> {
    if event.kind != EventKind::New || event.callee.receiver.is_some() {
        return None;
    }
    let name = event.callee.name.as_str();
    if event.callee.module.is_empty() {
        return name.strip_prefix("sst.");
    }
    PACKAGES.contains(&event.callee.module.as_str()).then(|| name.strip_prefix("sst.").unwrap_or(name))
}

/// True for components of version 3, which are called by their first argument.
pub(super) fn is_version_3(event: &Event) -> bool {
    event.callee.module.is_empty()
}

/// The kind and the name of a component.
pub(super) fn named(event: &Event) -> Option<(Kind, String)> {
    let component = component(event)?;
    let at = usize::from(!is_version_3(event));
    let name = event.positional(at)?.as_text()?.to_owned();
    Some((kind(component), name))
}

/// What a component is by its name.
pub(super) fn kind(component: &str) -> Kind {
    match component.rsplit('.').next().unwrap_or(component) {
        "Worker" => Kind::Worker,
        "Function" => Kind::Function,
        "Queue" => Kind::Queue,
        "SnsTopic" | "Topic" => Kind::Topic,
        "Bus" | "EventBus" => Kind::Bus,
        "KinesisStream" => Kind::Stream,
        "Bucket" => Kind::Bucket,
        "Dynamo" | "Table" | "Kv" | "D1" => Kind::Table,
        "Postgres" | "Mysql" | "Aurora" | "Redis" | "RDS" | "Vector" | "OpenSearch" => Kind::Database,
        "Secret" => Kind::Secret,
        "ApiGatewayV1"
        | "ApiGatewayV2"
        | "ApiGatewayWebSocket"
        | "Api"
        | "ApiGatewayV1Api"
        | "WebSocketApi"
        | "AppSync"
        | "AppSyncApi"
        | "GraphQLApi" => Kind::Api,
        "Cron" | "CronV2" => Kind::Cron,
        _ => Kind::Other,
    }
}

/// The name of a component that builds a web framework.
pub(super) fn framework(event: &Event) -> Option<String> {
    let last = component(event)?.rsplit('.').next()?;
    if !FRAMEWORKS.contains(&last) {
        return None;
    }
    named(event).map(|(_, name)| name)
}
