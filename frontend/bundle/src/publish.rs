//! Writes the site: every file under a name that holds its content's hash, and the manifest that names them.

use std::{fs, path::Path};

use frontend::site::{self, Manifest};

use crate::{
    error::Error,
    glue::{self, Islands},
};

/// Writes the site into an emptied folder, and says what was written.
pub(crate) fn site(folder: &Path, islands: &Islands) -> Result<Vec<String>, Error> {
    empty(folder)?;
    let wasm = site::hashed("islands", &islands.wasm, "wasm");
    let module = glue::module(&islands.script, &wasm);
    let script = site::hashed("islands", module.as_bytes(), "js");
    let manifest = Manifest { script, wasm };
    let json = serde_json::to_string_pretty(&manifest).map_err(Error::Manifest)?;

    let mut files = vec![
        (manifest.wasm.clone(), islands.wasm.as_slice()),
        (manifest.script.clone(), module.as_bytes()),
    ];
    files.extend(
        site::built_in()
            .iter()
            .map(|file| (file.name.clone(), file.content.as_bytes())),
    );
    // Last, so that anyone who finds the manifest finds all that it names.
    files.push(("manifest.json".to_owned(), json.as_bytes()));

    files
        .into_iter()
        .map(|(name, content)| {
            let path = folder.join(&name);
            fs::write(&path, content).map_err(Error::file(&path))?;
            Ok(format!("{} ({} bytes)", path.display(), content.len()))
        })
        .collect()
}

/// Removes the files of an earlier build, and nothing else that may lie there.
fn empty(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file(folder))?;
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let entry = entry.map_err(Error::file(folder))?;
        if entry.file_name().to_str().is_some_and(is_ours) {
            fs::remove_file(entry.path()).map_err(Error::file(entry.path()))?;
        }
    }
    Ok(())
}

fn is_ours(name: &str) -> bool {
    name == "manifest.json"
        || ["islands-", "towpath-", "favicon-"]
            .iter()
            .any(|stem| name.starts_with(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_build_replaces_the_one_before_and_touches_nothing_else() {
        let folder = std::env::temp_dir().join(format!("towpath-site-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("islands-0.js"), "old").unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        let islands = Islands {
            script: "export {};".into(),
            wasm: b"\0asm".to_vec(),
        };

        site(&folder, &islands).unwrap();

        let json = fs::read_to_string(folder.join("manifest.json")).unwrap();
        let manifest = Manifest::parse(&json).unwrap();
        for name in manifest.files() {
            assert!(folder.join(name).exists(), "{name}");
        }
        assert!(folder.join(site::stylesheet_name()).exists());
        assert!(!folder.join("islands-0.js").exists());
        assert!(folder.join("notes.txt").exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
