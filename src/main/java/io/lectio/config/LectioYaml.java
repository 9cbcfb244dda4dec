package io.lectio.config;

import io.lectio.config.Settings.Place;
import io.lectio.config.Settings.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Binds `lectio.yaml` to the table of keys: each value with its place, and every error at once. Only the tree of nodes
/// is made of it, so nothing in it becomes an object, and what would be written once and meant often (an anchor) is
/// refused.
final class LectioYaml {
    static final String SITES = "sites";
    /// In characters, and in levels: more than any configuration has.
    private static final int LARGEST = 100_000;
    private static final int DEEPEST = 20;
    private static final Pattern LIKE_A_SECRET = Pattern.compile("token|password|secret|proxy|webhook|heartbeat");

    /// @param place where it begins
    record SiteNode(Place place, Map<Key, Written> values) {}

    private final String file;
    private final Map<Key, Written> values = new LinkedHashMap<>();
    private final List<SiteNode> sites = new ArrayList<>();
    private final List<Problem> errors = new ArrayList<>();

    LectioYaml(String file, String text) {
        this.file = file;
        LoadSettings settings = LoadSettings.builder().build();
        try {
            if (isPlain(text, settings)) {
                new Compose(settings)
                        .composeString(text)
                        .filter(root -> !root.getTag().equals(Tag.NULL))
                        .filter(root -> isMapping(root, "such as 'language: en'"))
                        .ifPresent(root -> read((MappingNode) root, "", false, values));
            }
        } catch (MarkedYamlEngineException e) {
            error(e.getProblemMark(), "is no YAML: " + e.getProblem());
        } catch (YamlEngineException | NumberFormatException e) { // the latter of an escape such as \UFFFFFFFF
            error(
                    Optional.empty(),
                    "is no YAML: " + String.valueOf(e.getMessage()).replaceFirst("(?s)\n.*", ""));
        }
    }

    /// Looked at in the stream: the composer goes down the stack as deep as the text does.
    private boolean isPlain(String text, LoadSettings settings) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text.substring(0, Math.min(text.length(), LARGEST)))) {
            depth += switch (event.getEventId()) {
                case MappingStart, SequenceStart -> 1;
                case MappingEnd, SequenceEnd -> -1;
                case Alias, Comment, DocumentEnd, DocumentStart, Scalar, StreamEnd, StreamStart -> 0;
            };
            if (depth > DEEPEST || text.length() > LARGEST) {
                error(event.getStartMark(), "is too deep or too large for a configuration");
                return false;
            }
            if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
                error(
                        event.getStartMark(),
                        "anchors (&) and aliases (*) are not read: write it out, or put it into quotes");
                return false;
            }
        }
        return true;
    }

    private boolean isMapping(Node node, String example) {
        boolean is = node instanceof MappingNode;
        if (!is) {
            error(node.getStartMark(), "is not a mapping of keys to values, " + example);
        }
        return is;
    }

    /// @param start where the mapping's keys stand, such as `web.`
    private void read(MappingNode mapping, String start, boolean ofSite, Map<Key, Written> into) {
        Map<String, Integer> lines = new HashMap<>();
        for (NodeTuple each : mapping.getValue()) {
            Node node = each.getKeyNode();
            if (!(node instanceof ScalarNode name)) {
                error(node.getStartMark(), "is no name of a key");
                continue;
            }
            Integer before = lines.putIfAbsent(
                    name.getValue(), place(node.getStartMark()).line());
            if (before != null) {
                error(node.getStartMark(), start + name.getValue() + " is set twice, before that in line " + before);
            } else {
                read(name, start + name.getValue(), each.getValueNode(), ofSite, into);
            }
        }
    }

    private void read(ScalarNode name, String path, Node value, boolean ofSite, Map<Key, Written> into) {
        Optional<Key> key = Key.at(ofSite, path);
        if (key.isPresent()) {
            bind(key.get(), value).ifPresent(written -> into.put(key.get(), written));
        } else if (path.equals(SITES) && !ofSite) {
            readSites(value);
        } else if (!Key.below(ofSite, path + ".").isEmpty() && !name.getValue().contains(".")) {
            String below = String.join(", ", Key.below(ofSite, path + "."));
            if (isMapping(value, "as " + path + " is one of " + below)) {
                read((MappingNode) value, path + ".", ofSite, into);
            }
        } else {
            List<String> known = new ArrayList<>(Key.below(ofSite, path.substring(0, path.lastIndexOf('.') + 1)));
            if (!ofSite && !path.contains(".")) {
                known.add(SITES);
            }
            error(
                    name.getStartMark(),
                    "unknown key " + name.getValue() + Key.nearest(name.getValue(), known)
                            + (LIKE_A_SECRET.matcher(path).find() ? "; secrets belong into config.env" : ""));
        }
    }

    private void readSites(Node value) {
        if (!(value instanceof SequenceNode list)) {
            error(value.getStartMark(), SITES + " is a list: begin each site with '- '");
            return;
        }
        for (Node each : list.getValue()) {
            if (isMapping(each, "as each site is, such as '- url: http://localhost/'")) {
                SiteNode site = new SiteNode(place(each.getStartMark()), new LinkedHashMap<>());
                sites.add(site);
                read((MappingNode) each, "", true, site.values());
            }
        }
    }

    private Optional<Written> bind(Key key, Node node) {
        boolean list = key.type().shape() == Type.Shape.LIST;
        List<Node> nodes = list && node instanceof SequenceNode several ? several.getValue() : List.of(node);
        Type.Shape shape = list ? Type.Shape.TEXT : key.type().shape();
        if (list != node instanceof SequenceNode || !nodes.stream().allMatch(each -> fits(each, shape))) {
            boolean quotes = shape == Type.Shape.TEXT && nodes.stream().allMatch(ScalarNode.class::isInstance);
            error(
                    node.getStartMark(),
                    key.path() + " is " + key.type().inWords()
                            + (quotes && list == node instanceof SequenceNode ? "; put it into quotes" : ""));
            return Optional.empty();
        }
        List<String> texts =
                nodes.stream().map(each -> ((ScalarNode) each).getValue()).toList();
        return Optional.of(new Written(texts, place(node.getStartMark()), key.path()));
    }

    private static boolean fits(Node node, Type.Shape shape) {
        if (!(node instanceof ScalarNode)) {
            return false;
        }
        return switch (shape) {
            case TEXT -> node.getTag().equals(Tag.STR);
            case TEXT_OR_NUMBER ->
                node.getTag().equals(Tag.STR) || node.getTag().equals(Tag.INT);
            case NUMBER -> node.getTag().equals(Tag.INT);
            case SWITCH -> node.getTag().equals(Tag.BOOL);
            case LIST -> false;
        };
    }

    private Place place(Optional<Mark> mark) {
        return mark.map(at -> new Place(file, at.getLine() + 1, at.getColumn() + 1))
                .orElse(new Place(file, 0, 0));
    }

    private void error(Optional<Mark> mark, String text) {
        errors.add(new Problem(place(mark), text));
    }

    Map<Key, Written> values() {
        return values;
    }

    /// Empty where the file names none.
    List<SiteNode> sites() {
        return sites;
    }

    List<Problem> errors() {
        return errors;
    }
}
