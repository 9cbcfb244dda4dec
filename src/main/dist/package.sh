#!/bin/sh
# Makes WORK/dist/lectio-monitor_VERSION_ARCH.deb and lectio-monitor-VERSION-linux-ARCH.tar.gz of LAID, which lay.sh has laid out.
# Two builds of a commit differ in the class archive only (docs/adr/0028). Called by ./lectio.
set -eu
umask 022
jdk=${JAVA_HOME:?called by ./lectio}
laid=${1:?what lay.sh has laid out}
work=${2:?the folder to work in, which is emptied}
SOURCE_DATE_EPOCH=$(cat "$laid/lib/.seconds") # as the class archive saw the jars
export SOURCE_DATE_EPOCH
version=$(sed -n '0,/<version>/s#.*<version>\(.*\)</version>.*#\1#p' pom.xml)
arch=$(dpkg --print-architecture)
[ "$arch" = amd64 ] || { echo "lectio: packages are made for amd64, and this machine is $arch" >&2; exit 2; }
export LC_ALL=C.UTF-8 TZ=UTC

rm -rf "$work"
root=$work/root
home=$root/opt/lectio-monitor
mkdir -p "$work/dist" "$root/opt"
cp -a "$laid" "$home"
mkdir -p "$home/share/man/man1" "$home/share/bash-completion/completions" "$home/share/doc/lectio-monitor"
doc=$home/share/doc/lectio-monitor
JAVA_HOME=$jdk "$home/bin/lectio" completion bash | sed '/^# Date:/d' >"$home/share/bash-completion/completions/lectio"
# docs/commands.md as a page of the manual
awk -v version="$version" -v date="$(date -d "@$SOURCE_DATE_EPOCH" +%F)" '
    function plain(text) {
        gsub(/\\\|/, "|", text); gsub(/`/, "", text); gsub(/\\/, "\\e", text); gsub(/-/, "\\-", text)
        sub(/^[.'"'"']/, "\\\\\\&&", text); return text
    }
    BEGIN { printf ".TH LECTIO 1 %s \"Lectio Monitor %s\"\n.SH NAME\nlectio \\- guards a site on its own server\n.SH DESCRIPTION\n", date, version }
    /^# / || /^\|---/ || /\| \|$/ { next }
    /^## / { print ".SH " toupper(plain(substr($0, 4))); next }
    /^\| / { n = split($0, cell, / \| /); sub(/^\| /, "", cell[1]); sub(/ \|$/, "", cell[n])
        print ".TP\n.B " plain(cell[1]); text = cell[2]; for (i = 3; i <= n; i++) text = text " | " cell[i]; print plain(text); next }
    /^    / { print ".nf"; print plain(substr($0, 5)); print ".fi"; next }
    /^$/ { print ".PP"; next }
    { print plain($0) }' docs/commands.md >"$home/share/man/man1/lectio.1"

# what is in it: SBOM (CycloneDX 1.6) and licences, by the libraries that Maven took and the table of their licences
cp LICENSE "$doc/copyright"
cp src/main/dist/logrotate "$doc/logrotate"
awk -F '\t' -v version="$version" -v at="$(date -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)" \
    -v java="$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$home/runtime/release" "$jdk/release" | head -n 1)" \
    -v libraries="$(sed -n 's/^ *\([^: ]*\):\([^: ]*\):jar:\([^: ]*\):.*/\1\t\2\t\3/p' target/libraries)" \
    -v sums="$(cd "$home/lib" && sha256sum -- *.jar)" -v sbom="$doc/lectio.cdx.json" -v list="$doc/licences.txt" '
    /^#/ { next }
    { licence[$1] = $2 }
    function component(group, name, v, sum) {
        if (!(name in licence)) { print "lectio: " name " has no line in src/main/dist/licences.tsv" >"/dev/stderr"; bad = 1 }
        printf "%-25s %-12s %s\n", name, v, licence[name] >list
        return sprintf("    {\"type\": \"library\", \"group\": \"%s\", \"name\": \"%s\", \"version\": \"%s\",\n      \"purl\": \"pkg:maven/%s/%s@%s\", %s\"licenses\": [{\"expression\": \"%s\"}]}",
            group, name, v, group, name, v, sum ? "\"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"" sum "\"}], " : "", licence[name])
    }
    END {
        n = split(sums, line, "\n"); for (i = 1; i <= n; i++) { split(line[i], part, /  /); sub(/\.jar$/, "", part[2]); sum[part[2]] = part[1] }
        print "Lectio Monitor " version " contains, under these licences (the runtime'"'"'s own texts are in runtime/legal):\n" >list
        n = split(libraries, line, "\n")
        for (i = 1; i <= n; i++) { split(line[i], part, "\t"); all = all component(part[1], part[2], part[3], sum[part[2]]) ",\n" }
        all = all component("org.openjdk", "java-runtime", java)
        printf "{\n  \"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"version\": 1,\n  \"metadata\": {\"timestamp\": \"%s\", \"component\": {\"type\": \"application\", \"name\": \"lectio-monitor\", \"version\": \"%s\"}},\n  \"components\": [\n%s\n  ]\n}\n", at, version, all >sbom
        exit bad
    }' src/main/dist/licences.tsv

# the package: the same folder, and where Debian looks for the rest
mkdir -p "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/share/man/man1" "$root/usr/share/bash-completion/completions" \
    "$root/usr/share/doc/lectio-monitor" "$root/etc/logrotate.d" "$root/DEBIAN"
ln -s /opt/lectio-monitor/bin/lectio "$root/usr/bin/lectio"
for unit in lectio-monitor.service failure-notifier@.service; do # the site's own unit is the site's
    cp "$home/systemd/$unit" "$root/usr/lib/systemd/system/"
done
gzip -9nc "$home/share/man/man1/lectio.1" >"$root/usr/share/man/man1/lectio.1.gz"
cp "$home/share/bash-completion/completions/lectio" "$root/usr/share/bash-completion/completions/"
cp "$doc"/* "$root/usr/share/doc/lectio-monitor/"
gzip -9nc CHANGELOG.md >"$root/usr/share/doc/lectio-monitor/changelog.gz"
cp src/main/dist/logrotate "$root/etc/logrotate.d/lectio-monitor"
echo /etc/logrotate.d/lectio-monitor >"$root/DEBIAN/conffiles"
for script in preinst postinst prerm postrm; do
    { cat src/main/dist/setup.sh; echo "by_dpkg $script \"\$@\""; } >"$root/DEBIAN/$script"
    chmod 755 "$root/DEBIAN/$script"
done
cat >"$root/DEBIAN/control" <<CONTROL
Package: lectio-monitor
Version: $version
Architecture: $arch
Maintainer: Lectio Monitor <lectio-monitor@localhost>
Installed-Size: $(($(du -sk --exclude=DEBIAN --exclude=lectio.jsa --apparent-size "$root" | cut -f 1) + 36000))
Depends: systemd
Recommends: nginx, cron, logrotate
Section: admin
Priority: optional
Description: guard that repairs a site on its own server
 Sees a fault of a site (nginx, a built page, Django under gunicorn, SQLite),
 repairs it, proves the repair with a real request and tells the owner.
CONTROL
find "$root" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
deb=$work/dist/lectio-monitor_${version}_$arch.deb
dpkg-deb -Zzstd -z10 --root-owner-group --build "$root" "$deb" >/dev/null

# the archive: scripts/ as the plan has it, all that the installer needs in scripts/monitoring
name=lectio-monitor-$version-linux-$arch
mkdir -p "$work/$name/scripts"
cp -a "$home" "$work/$name/scripts/monitoring"
for file in README.md README.ru.md LICENSE CHANGELOG.md; do cp "$file" "$work/$name/"; done
cp scripts/health.py scripts/deploy_safe.ps1 "$work/$name/scripts/"
find "$work/$name" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
tar -C "$work" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -6n >"$work/dist/$name.tar.gz"
rm -rf "${work:?}/$name"
