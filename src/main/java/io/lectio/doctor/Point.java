package io.lectio.doctor;

/// One point of the list.
///
/// @param site the name of one of several; empty where there is one, or it is about the host
/// @param name within its group
public record Point(String site, Group group, String name, Verdict verdict) {
    public enum Group {
        CONFIGURATION("Configuration"),
        INSTALLED("Installed"),
        TELEGRAM("Telegram"),
        UNIT("The application's unit"),
        FILES("Files"),
        NGINX("nginx"),
        DATABASE("Database"),
        DEPLOYS("Deploys"),
        HEALTH("The site's answers"),
        HOST("The machine");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    /// Whether it is about the same.
    public boolean isAt(Point other) {
        return site.equals(other.site) && group == other.group && name.equals(other.name);
    }
}
