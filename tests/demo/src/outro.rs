//! What to do next, once everything runs.

use std::path::Path;

/// The text with the portal's addresses.
pub fn text(url: &str, simulator: &str, config: &Path) -> String {
    let config = config.display();
    format!(
        r#"
The portal is at        {url}

  Overview              {url}/
  For testers           {url}/appium/dev   (small enough for a phone)
  Builds of an app      {url}/appium/builds
  Failed runs           {url}/appium/runs?failed=true
  Unassigned pipelines  {url}/unassigned
  Promotions            {url}/promotions     (one waits for an approval; one goes on by itself after a minute)
  Holds                 {url}/holds
  Audit log             {url}/audit
  Share links           {url}/settings/links (one was made above, for somebody without an account)
  The API               {url}/api/v1/overview   described in {url}/api/openapi.json

Try next, in another terminal:

  target/debug/towpath --url {url} status
  target/debug/towpath --url {url} runs --app appium --failed
  target/debug/towpath --url {url} latest --app appium --environment dev --output settings.apk
  target/debug/towpath --url {url} promote apidemos/preprod --to prod --check
  target/debug/towpath --url {url} promote apidemos/dev --to preprod --reason "a demonstration" --wait --timeout 1min
  target/debug/towpath --url {url} rollback --app appium --environment prod --reason "a demonstration"
  target/debug/towpath --url {url} compare appium/prod appium/dev
  target/debug/towpath --url {url} link make apidemos dev --days 1 --uses 1
  target/debug/towpath --url {url} audit verify
  curl -s '{url}/api/v1/apps/appium/builds?limit=3'

CodePipeline is simulated at {simulator}. Let the run that waits go on with

  curl -s -X POST {simulator}/control/release -H 'content-type: application/json' -d '{{}}'

The configuration is {config}. Ctrl-C stops everything; the data stays. Forget it with `make run RESET=1`.
"#
    )
}
