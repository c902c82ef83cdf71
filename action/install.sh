#!/usr/bin/env bash
# Puts a binary of rbk below RUNNER_TEMP: a release whose digest was pinned, or one built from the commit the action is at.
set -euo pipefail

die() {
  printf '::error title=rbk::%s\n' "$1"
  exit 1
}

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

platform() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-gnu ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-gnu ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    *) die "there is no release for $(uname -s) on $(uname -m); set version to source" ;;
  esac
}

from_source() {
  command -v cargo >/dev/null || die "building rbk needs Rust: install it in an earlier step, or pin a version and its sha256"
  cargo build --release --locked --manifest-path "$RBK_ACTION/Cargo.toml" --target-dir "$folder/target" >&2
  mv "$folder/target/release/rbk" "$folder/rbk"
}

release() {
  [[ "$RBK_VERSION" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
    die "version has to be source or a version such as 0.1.0"
  [[ "$RBK_SHA256" =~ ^[0-9a-f]{64}$ ]] ||
    die "a version needs the sha256 of its archive, 64 hexadecimal digits in lower case; SHA256SUMS of the release lists them"
  name="rbk-$RBK_VERSION-$(platform)"
  curl --fail --silent --show-error --location --proto '=https,file' --retry 3 --max-time 300 --max-filesize 104857600 \
    --output "$folder/rbk.tar.gz" "${RBK_DOWNLOAD_URL:-$RBK_RELEASES}/v$RBK_VERSION/$name.tar.gz" ||
    die "rbk $RBK_VERSION could not be downloaded"
  # Nothing of the archive is read before this.
  local found
  found=$(sha256_of "$folder/rbk.tar.gz")
  [ "$found" = "$RBK_SHA256" ] || die "the archive of rbk $RBK_VERSION has sha256 $found, not the one that was pinned"
  tar -xzf "$folder/rbk.tar.gz" -C "$folder" "$name/rbk"
  mv "$folder/$name/rbk" "$folder/rbk"
}

folder=$(mktemp -d "$RUNNER_TEMP/rbk.XXXXXXXX")
if [ "$RBK_VERSION" = source ]; then from_source; else release; fi
chmod 755 "$folder/rbk"
"$folder/rbk" --version
echo "binary=$folder/rbk" >>"$GITHUB_OUTPUT"
