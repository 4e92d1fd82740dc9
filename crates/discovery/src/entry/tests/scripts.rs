//! Code that is found by what a file says of itself, and archives that were committed beside their sources.

use super::*;

#[test]
fn shell_and_powershell_are_scripts_of_runtimes_of_ones_own() {
    let shell = [("bootstrap", "source handler.sh"), ("handler.sh", "function hello () {\n}\n")];
    table(&[
        ("provided", "handler.hello", "", &shell, "handler.sh hello exact"),
        // A script without the function is another thing of the same name.
        ("provided", "handler.other", "", &shell, "? no Cargo bin target `other` in the repository"),
        ("nodejs22.x", "handler.hello", "", &shell, "? no file `handler.{ts,js,…}` in the repository"),
        ("provided.al2", "run.ps1::hello", "f", &[("f/run.ps1", "")], "f/run.ps1 hello exact"),
    ]);
}

#[test]
fn googles_ruby_is_found_by_what_is_registered() {
    let app = "require \"functions_framework\"\nFunctionsFramework.http(\"hello\") do |request|\nend\n";
    let event = "FunctionsFramework.cloud_event 'seen' do |event|\nend\n";
    table(&[
        ("ruby2.7", "hello", "", &[("app.rb", app), ("other.rb", "hello")], "app.rb - exact"),
        ("ruby3.3", "seen", "", &[("app.rb", app), ("b.rb", event)], "b.rb - exact"),
        ("ruby3.3", "gone", "", &[("app.rb", app)], "? no file `gone.rb` in the repository"),
    ]);
}

#[test]
fn azures_dotnet_is_found_by_its_attribute() {
    let text = "namespace Shop {\n public static class Orders {\n  [FunctionName(\"Function\")]\n  [Authorize(\"x\")]\n  \
                public static async Task<IActionResult> Run(HttpRequest r) => null;\n }\n}\n";
    let files: Texts<'_> = &[("x.csproj", ""), ("Orders.cs", text), ("Program.cs", "static void Main")];
    table(&[("dotnet3.1", "src/handlers/hello.main", "", files, "Orders.cs Orders::Run class-search")]);
}

#[test]
fn a_committed_archive_lies_beside_its_sources() {
    let declared = declared("python3.14", "index.run", artefact("api", "src/index.zip"));
    let texts = [("api/src/index.py", ""), ("api/src/index.zip", "PK")];
    assert_eq!(shown(&declared, &texts), "api/src/index.py run convention");
    let missing = "? code comes from the artefact `src/index.zip`, and no build script or folder names it";
    assert_eq!(shown(&declared, &texts[..1]), missing);
}
