package io.lectio.discovery;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One directive of nginx's configuration.
///
/// @param file and `line` where its first word stands
/// @param words its name and its arguments, without quotes; at least one
/// @param block what stands in its braces; empty where it has none
record Directive(String file, int line, List<String> words, List<Directive> block) {
    Directive {
        words = List.copyOf(words);
        block = List.copyOf(block);
    }

    String name() {
        return words.getFirst();
    }

    List<String> arguments() {
        return words.subList(1, words.size());
    }

    /// The first argument; empty where there is none.
    String argument() {
        return words.size() > 1 ? words.get(1) : "";
    }

    String place() {
        return file + ":" + line;
    }

    Stream<Directive> all(String name) {
        return block.stream().filter(each -> each.name().equals(name));
    }

    Optional<Directive> first(String name) {
        return all(name).findFirst();
    }

    /// This one and all in it, however deep.
    Stream<Directive> deep() {
        return Stream.concat(Stream.of(this), block.stream().flatMap(Directive::deep));
    }
}
