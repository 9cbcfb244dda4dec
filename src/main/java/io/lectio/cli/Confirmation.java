package io.lectio.cli;

import java.io.Console;
import java.util.Optional;

/// What a person is asked before something is changed.
final class Confirmation {
    private Confirmation() {}

    /// @param question what happens; shown as it is, so without what others may have written into it
    /// @return whether this very word is typed; never without a terminal
    static boolean isGiven(String question, String word) {
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .map(console -> console.readLine("%s", question + "Type '" + word + "' to go on: "))
                .filter(word::equals)
                .isPresent();
    }
}
