package io.lectio.release;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A file of nginx's configuration, made to listen on unix sockets of our own and to write nowhere; every other word
/// of it stays as it is.
final class NginxRewriting {
    /// What our nginx is given by its command line, or needs not.
    private static final Set<String> DROPPED =
            Set.of("pid", "daemon", "error_log", "lock_file", "limit_req", "limit_conn", "allow", "deny");

    private static final Set<String> OF_A_LISTENER = Set.of("ssl", "http2", "default_server");
    /// What a block of these holds are values, whatever words they begin with.
    private static final Set<String> OF_VALUES = Set.of("map", "geo", "types", "split_clients", "charset_map");

    private static final Pattern LONG_BRACKET = Pattern.compile("\\[(=*)\\[");

    private final String text;
    private final String folder;
    private final Map<String, String> sockets;
    private final StringBuilder rewritten = new StringBuilder();
    /// The names of the blocks that are open, innermost last; a server that has no `listen` yet is `server`.
    private final List<String> blocks = new ArrayList<>();

    private int at;

    private NginxRewriting(String text, String folder, Map<String, String> sockets) {
        this.text = text;
        this.folder = folder;
        this.sockets = sockets;
    }

    /// @param folder for the sockets
    /// @param sockets where each address that is listened at is found: gets more
    static String of(String text, String folder, Map<String, String> sockets) {
        NginxRewriting rewriting = new NginxRewriting(text, folder, sockets);
        rewriting.run();
        return rewriting.rewritten.toString();
    }

    private void run() {
        int begin = at;
        List<String> words = new ArrayList<>();
        while (at < text.length()) {
            char next = text.charAt(at);
            if (next == '#') {
                skipComment();
            } else if (Character.isWhitespace(next)) {
                at++;
            } else if (next == ';' || next == '{' || next == '}') {
                at++;
                rewritten.append(
                        next == ';' ? statement(words, begin) : next == '{' ? open(words, begin) : close(begin));
                words = new ArrayList<>();
                begin = at;
            } else {
                words.add(word());
            }
        }
        rewritten.append(text, begin, at);
    }

    private void skipComment() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private String word() {
        int begin = at;
        char quote = text.charAt(at);
        boolean quoted = quote == '"' || quote == '\'';
        if (quoted) {
            at++;
        }
        while (at < text.length()) {
            char next = text.charAt(at);
            if (next == '\\') {
                at++;
            } else if (quoted ? next == quote : isEnd(next)) {
                break;
            }
            at++;
        }
        at = Math.min(text.length(), quoted ? at + 1 : at);
        return text.substring(begin, at);
    }

    /// Within a word `${` is a variable's begin, and `}` is like any other letter.
    private boolean isEnd(char next) {
        return Character.isWhitespace(next) || next == ';' || (next == '{' && text.charAt(at - 1) != '$');
    }

    private String statement(List<String> words, int begin) {
        String name = words.isEmpty() ? "" : words.getFirst();
        if (!blocks.isEmpty() && blocks.getLast().equals("values")) {
            return text.substring(begin, at);
        }
        if (DROPPED.contains(name)) {
            return "";
        }
        if (name.equals("access_log")) {
            return " access_log off;";
        }
        if (name.equals("listen") && words.size() > 1) {
            if (!blocks.isEmpty()) {
                blocks.set(blocks.size() - 1, "");
            }
            return " " + listen(words);
        }
        return text.substring(begin, at);
    }

    private String listen(List<String> words) {
        String address = words.get(1).replace("\"", "").replace("'", "");
        boolean port = address.matches("\\d+");
        boolean host = !port && !address.startsWith("unix:") && !address.matches(".*:\\d+");
        String full = port ? "*:" + address : host ? address + ":80" : address;
        boolean packets = words.contains("quic") || words.contains("udp");
        String one = (packets ? "udp:" : "") + full.replaceFirst("^0\\.0\\.0\\.0:", "*:");
        List<String> kept = new ArrayList<>(List.of("listen", "unix:" + socket(one)));
        words.stream().skip(2).filter(OF_A_LISTENER::contains).forEach(kept::add);
        return String.join(" ", kept) + ";";
    }

    private String socket(String address) {
        return sockets.computeIfAbsent(address, _ -> folder + "/" + sockets.size() + ".sock");
    }

    private String open(List<String> words, int begin) {
        String name = words.isEmpty() ? "" : words.getFirst();
        if (name.endsWith("_by_lua_block")) {
            skipLua();
        } else {
            blocks.add(OF_VALUES.contains(name) ? "values" : words.size() == 1 && name.equals("server") ? name : "");
        }
        return text.substring(begin, at);
    }

    /// To behind the brace that ends it.
    private void skipLua() {
        Matcher bracket = LONG_BRACKET.matcher(text);
        for (int depth = 1; depth > 0 && at < text.length(); ) {
            char next = text.charAt(at);
            boolean comment = text.startsWith("--", at);
            bracket.region(comment ? at + 2 : at, text.length());
            if (bracket.lookingAt()) {
                skipTo("]" + bracket.group(1) + "]");
            } else if (comment) {
                skipComment();
            } else if (next == '"' || next == '\'') {
                word();
            } else {
                depth += next == '{' ? 1 : next == '}' ? -1 : 0;
                at++;
            }
        }
    }

    private void skipTo(String end) {
        int found = text.indexOf(end, at);
        at = found < 0 ? text.length() : found + end.length();
    }

    /// A server that names no address listens at port 80.
    private String close(int begin) {
        String block = blocks.isEmpty() ? "" : blocks.removeLast();
        String rest = text.substring(begin, at);
        return block.equals("server")
                ? rest.substring(0, rest.length() - 1) + " listen unix:" + socket("*:80") + "; }"
                : rest;
    }

    /// Which of the sockets stands for what is asked at this address.
    static Optional<String> socket(Map<String, String> sockets, String server, int port) {
        Stream<String> any = server.contains(":") ? Stream.of("[::]:", "*:") : Stream.of("*:", "[::]:");
        return Stream.of(Stream.of(server + ":", "[" + server + "]:"), any, Stream.of("localhost:"))
                .flatMap(each -> each)
                .flatMap(address -> Optional.ofNullable(sockets.get(address + port)).stream())
                .findFirst();
    }
}
