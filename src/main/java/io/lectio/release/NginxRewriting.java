package io.lectio.release;

import io.lectio.host.NginxWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private final String text;
    private final NginxWords words;
    private final String folder;
    private final Map<String, String> sockets;
    private final StringBuilder rewritten = new StringBuilder();
    /// The names of the blocks that are open, innermost last; a server that has no `listen` yet is `server`.
    private final List<String> blocks = new ArrayList<>();

    private NginxRewriting(String text, String folder, Map<String, String> sockets) {
        this.text = text;
        words = new NginxWords(text);
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
        int begin = 0;
        List<String> said = new ArrayList<>();
        for (NginxWords.Kind kind = words.next(); kind != NginxWords.Kind.END; kind = words.next()) {
            if (kind == NginxWords.Kind.WORD) {
                said.add(words.raw());
                continue;
            }
            rewritten.append(
                    switch (kind) {
                        case SEMICOLON -> statement(said, begin);
                        case OPEN -> open(said, begin);
                        case CLOSE, WORD, END -> close(begin);
                    });
            said = new ArrayList<>();
            begin = words.at();
        }
        rewritten.append(text, begin, words.at());
    }

    private String statement(List<String> said, int begin) {
        String name = said.isEmpty() ? "" : said.getFirst();
        if (!blocks.isEmpty() && blocks.getLast().equals("values")) {
            return text.substring(begin, words.at());
        }
        if (DROPPED.contains(name)) {
            return "";
        }
        if (name.equals("access_log")) {
            return " access_log off;";
        }
        if (name.equals("listen") && said.size() > 1) {
            if (!blocks.isEmpty()) {
                blocks.set(blocks.size() - 1, "");
            }
            return " " + listen(said);
        }
        return text.substring(begin, words.at());
    }

    private String listen(List<String> said) {
        String address = said.get(1).replace("\"", "").replace("'", "");
        boolean port = address.matches("\\d+");
        boolean host = !port && !address.startsWith("unix:") && !address.matches(".*:\\d+");
        String full = port ? "*:" + address : host ? address + ":80" : address;
        boolean packets = said.contains("quic") || said.contains("udp");
        String one = (packets ? "udp:" : "") + full.replaceFirst("^0\\.0\\.0\\.0:", "*:");
        List<String> kept = new ArrayList<>(List.of("listen", "unix:" + socket(one)));
        said.stream().skip(2).filter(OF_A_LISTENER::contains).forEach(kept::add);
        return String.join(" ", kept) + ";";
    }

    private String socket(String address) {
        return sockets.computeIfAbsent(address, _ -> folder + "/" + sockets.size() + ".sock");
    }

    private String open(List<String> said, int begin) {
        String name = said.isEmpty() ? "" : said.getFirst();
        if (name.endsWith("_by_lua_block")) {
            words.skipLua();
        } else {
            blocks.add(OF_VALUES.contains(name) ? "values" : said.size() == 1 && name.equals("server") ? name : "");
        }
        return text.substring(begin, words.at());
    }

    /// A server that names no address listens at port 80.
    private String close(int begin) {
        String block = blocks.isEmpty() ? "" : blocks.removeLast();
        String rest = text.substring(begin, words.at());
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
