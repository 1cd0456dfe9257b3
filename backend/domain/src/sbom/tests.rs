use super::*;

fn read(text: &str) -> Sbom {
    Sbom::read(text.as_bytes()).unwrap()
}

fn listed(sbom: &Sbom) -> Vec<String> {
    let of = |(name, versions): (&String, &BTreeSet<String>)| {
        let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
        format!("{name} {}", versions.join(" "))
    };
    sbom.dependencies().iter().map(of).collect()
}

#[test]
fn cyclonedx_is_read_with_what_is_nested() {
    let sbom = read(
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6",
            "metadata": {"component": {"type": "application", "name": "wallet"}},
            "components": [
              {"type": "library", "name": "http", "version": "1.2.0", "purl": "pkg:pub/http@1.2.0"},
              {"type": "library", "name": "@scope/left", "version": "3.0.0", "purl": "pkg:npm/%40scope/left@3.0.0?vcs=x#sub"},
              {"type": "library", "group": "org.example", "name": "core", "version": "2",
               "components": [{"type": "library", "name": "inner", "version": "0.1"}]},
              {"type": "file", "name": "classes.dex"},
              {"type": "library", "name": "http", "version": "0.13.6", "purl": "pkg:pub/http@0.13.6"},
              {"type": "library", "name": "unversioned"}
            ]}"#,
    );
    assert_eq!(
        listed(&sbom),
        [
            "inner 0.1",
            "org.example/core 2",
            "pkg:npm/%40scope/left 3.0.0",
            "pkg:pub/http 0.13.6 1.2.0",
            "unversioned ",
        ]
    );
}

#[test]
fn spdx_is_read_without_the_package_that_it_describes() {
    let packages = r#""packages": [
        {"SPDXID": "SPDXRef-app", "name": "wallet", "versionInfo": "2.4.0"},
        {"SPDXID": "SPDXRef-1", "name": "http", "versionInfo": "1.2.0",
         "externalRefs": [
           {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a"},
           {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:pub/http@1.2.0"}]},
        {"SPDXID": "SPDXRef-2", "name": "zlib"}
    ]"#;
    let described = r#""documentDescribes": ["SPDXRef-app"]"#;
    let related = r#""relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-app"}]"#;
    for by in [described, related] {
        let sbom = read(&format!(
            r#"{{"spdxVersion": "SPDX-2.3", {packages}, {by}}}"#
        ));
        assert_eq!(listed(&sbom), ["pkg:pub/http 1.2.0", "zlib "]);
    }
}

#[test]
fn a_package_url_says_the_version_if_nothing_else_does() {
    assert_eq!(
        split_purl("pkg:golang/example.com/m@v1.0.0"),
        Some(("pkg:golang/example.com/m", Some("v1.0.0")))
    );
    assert_eq!(
        split_purl("pkg:npm/@scope/left"),
        Some(("pkg:npm/@scope/left", None))
    );
    assert_eq!(split_purl("http@1"), None);
    let sbom =
        read(r#"{"bomFormat": "CycloneDX", "components": [{"name": "m", "purl": "pkg:a/m@2"}]}"#);
    assert_eq!(listed(&sbom), ["pkg:a/m 2"]);
}

#[test]
fn what_is_no_bill_is_refused_and_says_why() {
    let cases = [
        ("", "this is not a bill of materials in JSON"),
        ("<bom/>", "this is not a bill of materials in JSON"),
        ("7", "this is not a bill of materials in JSON"),
        (
            "{}",
            "this is neither a CycloneDX nor an SPDX 2 bill of materials",
        ),
        (
            r#"{"spdxVersion": "SPDX-3.0"}"#,
            "this is neither a CycloneDX nor an SPDX 2 bill of materials",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "components": 1}"#,
            "this is not a bill of materials in JSON",
        ),
    ];
    for (text, message) in cases {
        let error = Sbom::read(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
    }
}

#[test]
fn a_bill_is_bounded_in_bytes_number_depth_and_text() {
    let long = vec![b' '; SIZE_LIMIT + 1];
    assert!(matches!(Sbom::read(&long), Err(InvalidSbom::TooLong)));

    let components: Vec<String> = (0..=COMPONENTS_LIMIT)
        .map(|number| format!(r#"{{"name":"c{number}"}}"#))
        .collect();
    let many = format!(
        r#"{{"bomFormat":"CycloneDX","components":[{}]}}"#,
        components.join(",")
    );
    assert!(matches!(
        Sbom::read(many.as_bytes()),
        Err(InvalidSbom::TooMany)
    ));

    let deep = format!(
        r#"{{"bomFormat":"CycloneDX","components":{}{}}}"#,
        r#"[{"name":"x","components":"#.repeat(10_000),
        "[".to_owned() + "]" + &"}]".repeat(10_000)
    );
    assert!(matches!(
        Sbom::read(deep.as_bytes()),
        Err(InvalidSbom::Malformed(_))
    ));

    let wide = format!(
        r#"{{"bomFormat":"CycloneDX","components":[{{"name":"{}","version":"{}"}}]}}"#,
        "\u{f6}".repeat(5_000),
        "1".repeat(5_000)
    );
    let sbom = read(&wide);
    let (name, versions) = sbom.dependencies().iter().next().unwrap();
    assert_eq!(name.chars().count(), TEXT_LIMIT);
    assert_eq!(versions.iter().next().unwrap().len(), TEXT_LIMIT);
}
