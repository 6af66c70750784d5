#!/bin/sh
# Installs the programs that the tests of documents open our files with, where they are missing: LibreOffice,
# Chromium with its driver, poppler's tools, and Chinese fonts. Debian and its like; as root.
set -eu

missing=
for program in soffice chromium chromedriver pdftotext; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "missing:$missing. Install libreoffice-calc libreoffice-writer chromium chromium-driver poppler-utils fonts-noto-cjk" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends \
    libreoffice-calc libreoffice-writer chromium chromium-driver poppler-utils fonts-noto-cjk >/dev/null
