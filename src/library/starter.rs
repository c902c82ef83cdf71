//! A small complete library: what `rbk init` writes, and the ground on which rule examples stand.

/// Path and text of every file, in path order.
pub const FILES: &[(&str, &str)] = &[
    (
        "postmortems/2026-03-14-null-currency/fixtures/gateway-noise.yaml",
        include_str!("starter/postmortems/2026-03-14-null-currency/fixtures/gateway-noise.yaml"),
    ),
    (
        "postmortems/2026-03-14-null-currency/fixtures/incident.yaml",
        include_str!("starter/postmortems/2026-03-14-null-currency/fixtures/incident.yaml"),
    ),
    (
        "postmortems/2026-03-14-null-currency/fixtures/quiet-release.yaml",
        include_str!("starter/postmortems/2026-03-14-null-currency/fixtures/quiet-release.yaml"),
    ),
    (
        "postmortems/2026-03-14-null-currency/postmortem.md",
        include_str!("starter/postmortems/2026-03-14-null-currency/postmortem.md"),
    ),
    (
        "postmortems/2026-03-14-null-currency/signature.yaml",
        include_str!("starter/postmortems/2026-03-14-null-currency/signature.yaml"),
    ),
    ("rbk.yaml", include_str!("starter/rbk.yaml")),
    (
        "runbooks/catalog/actions/k8s.rollout-undo.yaml",
        include_str!("starter/runbooks/catalog/actions/k8s.rollout-undo.yaml"),
    ),
    (
        "runbooks/catalog/actions/k8s.scale-in.yaml",
        include_str!("starter/runbooks/catalog/actions/k8s.scale-in.yaml"),
    ),
    (
        "runbooks/catalog/queries/dependency-error-ratio.yaml",
        include_str!("starter/runbooks/catalog/queries/dependency-error-ratio.yaml"),
    ),
    (
        "runbooks/catalog/queries/deployment-revision.yaml",
        include_str!("starter/runbooks/catalog/queries/deployment-revision.yaml"),
    ),
    (
        "runbooks/catalog/queries/http-error-ratio.yaml",
        include_str!("starter/runbooks/catalog/queries/http-error-ratio.yaml"),
    ),
    (
        "runbooks/catalog/queries/neighbour-error-ratio.yaml",
        include_str!("starter/runbooks/catalog/queries/neighbour-error-ratio.yaml"),
    ),
    (
        "runbooks/catalog/queries/pending-migrations.yaml",
        include_str!("starter/runbooks/catalog/queries/pending-migrations.yaml"),
    ),
    (
        "runbooks/catalog/services/checkout.yaml",
        include_str!("starter/runbooks/catalog/services/checkout.yaml"),
    ),
    (
        "runbooks/catalog/services/payments-gateway.yaml",
        include_str!("starter/runbooks/catalog/services/payments-gateway.yaml"),
    ),
    (
        "runbooks/catalog/taxonomy/taxonomy.yaml",
        include_str!("starter/runbooks/catalog/taxonomy/taxonomy.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/commander.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/commander.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/injected-instruction.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/injected-instruction.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/kill-switch.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/kill-switch.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/migrations-pending.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/migrations-pending.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/migrations-unknown.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/migrations-unknown.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/neighbours-suffer.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/neighbours-suffer.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/no-release.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/no-release.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/one-approval.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/one-approval.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/quiet.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/quiet.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/release-was-not-it.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/release-was-not-it.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/upstream-bad.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/upstream-bad.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/fixtures/upstream-unknown.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/fixtures/upstream-unknown.yaml"),
    ),
    (
        "runbooks/error-rate-after-deploy/runbook.yaml",
        include_str!("starter/runbooks/error-rate-after-deploy/runbook.yaml"),
    ),
    (
        "runbooks/governance.yaml",
        include_str!("starter/runbooks/governance.yaml"),
    ),
];

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_of_the_folder_is_listed_once_and_in_order() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/library/starter");
        let mut found = Vec::new();
        let mut folders = vec![std::path::PathBuf::from(root)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(root).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        let listed: Vec<_> = FILES.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(listed, found);
    }
}
