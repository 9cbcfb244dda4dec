package io.lectio.core.incident;

/// What the core says of a decision, for logs and history.
///
/// @param incident 0 where it is about none
/// @param text what there is to say besides its kind
public record Remark(long incident, Kind kind, String text) {
    public enum Kind {
        /// A check's status.
        HEALTH(""),
        CAUSE("cause: "),
        ATTEMPT(""),
        /// What a repair brought.
        RESULT("repair "),
        RESOLVED("resolved "),
        CLOSED("closed"),
        /// Why nothing is done about it for now.
        NEXT("next: "),
        LEVEL("is "),
        /// A deploy's course.
        DEPLOY(""),
        NOTE("");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    public String inWords() {
        return (incident == 0 ? "" : "incident " + incident + ": ") + kind.word + text;
    }
}
