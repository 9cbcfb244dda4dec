package io.lectio.discovery;

import java.util.List;

/// What was found on a host.
public record Findings(List<SiteFound> sites, List<LeftOut> leftOut) {
    public Findings {
        sites = List.copyOf(sites);
        leftOut = List.copyOf(leftOut);
    }

    /// A site.
    ///
    /// @param name empty for one that is to have none
    /// @param all in the order in which `lectio.yaml` has them
    public record SiteFound(String name, List<Finding> all) {
        public SiteFound {
            all = List.copyOf(all);
        }

        /// Of a key; empty where nothing was found for it.
        public String value(String key) {
            return all.stream()
                    .filter(each -> each.key().equals(key))
                    .map(Finding::value)
                    .findFirst()
                    .orElse("");
        }
    }

    /// A `server` of which no site was made.
    ///
    /// @param where its file and line
    /// @param names as nginx has them
    public record LeftOut(String where, String names, String why) {
        public String inWords() {
            return "server" + (names.isEmpty() ? "" : " " + names) + ", " + where + ": " + why;
        }
    }
}
