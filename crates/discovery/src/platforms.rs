//! The list of platforms. A platform is a file, a page beside it, and a line here.

use std::sync::Arc;

use crate::{platform::Platform, table::FunctionTable};

pub mod amplify;
pub mod architect;
pub mod aws_cdk;
pub mod aws_sam;
pub mod azure_functions;
pub mod cargo_lambda;
pub mod chalice;
pub mod cloudflare_workers;
pub mod digitalocean;
pub mod firebase;
pub mod google_cloud_functions;
pub mod knative;
pub mod lockstep;
pub mod netlify;
pub mod nitric;
pub mod openfaas;
pub mod openwhisk;
pub mod pulumi;
pub mod serverless_framework;
pub mod spin;
pub mod sst;
pub mod supabase;
pub mod terraform;
pub mod vercel;
pub mod zappa;

/// Every platform, in the order of the list; `tables` are the functions that the configuration declares.
pub fn all(tables: Arc<[FunctionTable]>) -> Vec<Box<dyn Platform>> {
    vec![
        Box::new(amplify::Amplify),                             //
        Box::new(architect::Architect),                         //
        Box::new(aws_cdk::AwsCdk),                              //
        Box::new(aws_sam::AwsSam),                              //
        Box::new(azure_functions::AzureFunctions),              //
        Box::new(cargo_lambda::CargoLambda),                    //
        Box::new(chalice::Chalice),                             //
        Box::new(cloudflare_workers::CloudflareWorkers),        //
        Box::new(digitalocean::DigitalOcean),                   //
        Box::new(firebase::Firebase),                           //
        Box::new(google_cloud_functions::GoogleCloudFunctions), //
        Box::new(knative::Knative),                             //
        Box::new(lockstep::Tables(tables)),                     //
        Box::new(netlify::Netlify),                             //
        Box::new(nitric::Nitric),                               //
        Box::new(openfaas::OpenFaas),                           //
        Box::new(openwhisk::OpenWhisk),                         //
        Box::new(pulumi::Pulumi),                               //
        Box::new(serverless_framework::ServerlessFramework),    //
        Box::new(spin::Spin),                                   //
        Box::new(sst::Sst),                                     //
        Box::new(supabase::Supabase),                           //
        Box::new(terraform::Terraform),                         //
        Box::new(vercel::Vercel),                               //
        Box::new(zappa::Zappa),                                 //
    ]
}

/// All that a declaration may say of its platform: the names of [`all`], and of what one of them reads besides its own.
pub fn names() -> Vec<&'static str> {
    all(Arc::default()).iter().map(|platform| platform.name()).chain([aws_sam::PLAIN, knative::FN]).collect()
}

/// Platforms that take functions from code alone. What they find counts where no manifest declares the same code.
pub(crate) const FROM_CODE_ALONE: &[&str] = &[cargo_lambda::NAME, google_cloud_functions::NAME];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn every_platform_has_a_line_and_a_page() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platforms");
        let mut sources = BTreeSet::new();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("rs") => assert!(sources.insert(stem)),
                Some("md") => assert!(path.with_extension("rs").is_file(), "{} has no source", path.display()),
                _ => {}
            }
        }
        let listed = all(Arc::from([]));
        let names: BTreeSet<String> = listed.iter().map(|platform| platform.name().to_owned()).collect();
        assert_eq!(names.len(), listed.len(), "a platform is listed twice");
        for name in &sources {
            assert!(names.contains(name), "`{name}` has no line in platforms.rs");
        }
        for platform in &listed {
            let name = platform.name();
            assert!(sources.contains(name), "`{name}` has no file of its name in {}", folder.display());
            assert!(platform.page().starts_with("# "), "`{name}` has no page");
        }
    }
}
