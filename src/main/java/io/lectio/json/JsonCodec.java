package io.lectio.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Records to JSON and back, by their components: a new component needs no line here. A case of a sealed type carries
/// its name under `is`. A component that the text lacks is read as empty where its type has an empty, so that an
/// older state is read by a newer guard; anything else that does not fit is an [IOException] which names the place.
public final class JsonCodec {
    private static final String CASE = "is";
    /// More levels than any state has, and few enough for the stack.
    private static final int DEEPEST = 100;

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final Duration LONGEST = Duration.ofDays(3_660);
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private JsonCodec() {}

    /// In lines that a person can read.
    public static String write(Record value) throws IOException {
        return write(value, true);
    }

    public static String writeLine(Record value) throws IOException {
        return write(value, false);
    }

    private static String write(Record value, boolean pretty) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            if (pretty) {
                json.useDefaultPrettyPrinter();
            }
            writeValue(json, value, value.getClass());
        }
        return text.toString();
    }

    public static <T extends Record> T read(String text, Class<T> type) throws IOException {
        try (JsonParser json = FACTORY.createParser(text)) {
            json.nextToken();
            Object tree = tree(json);
            if (json.nextToken() != null) {
                throw new IOException("there is more after the end");
            }
            return type.cast(bind(tree, type, type.getSimpleName()));
        }
    }

    private static void writeValue(JsonGenerator json, Object value, Type declared) throws IOException {
        switch (value) {
            case Optional<?> optional -> {
                if (optional.isPresent()) {
                    writeValue(json, optional.get(), argument(declared, 0));
                } else {
                    json.writeNull();
                }
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object item : list) {
                    writeValue(json, item, argument(declared, 0));
                }
                json.writeEndArray();
            }
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(String.valueOf(entry.getKey()));
                    writeValue(json, entry.getValue(), argument(declared, 1));
                }
                json.writeEndObject();
            }
            case Record composite -> writeRecord(json, composite, raw(declared).isInterface());
            case Number number -> json.writeNumber(number.longValue());
            case Boolean flag -> json.writeBoolean(flag);
            default -> json.writeString(value.toString());
        }
    }

    private static void writeRecord(JsonGenerator json, Record value, boolean named) throws IOException {
        json.writeStartObject();
        if (named) {
            json.writeStringField(CASE, value.getClass().getSimpleName());
        }
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            json.writeFieldName(component.getName());
            writeValue(json, get(value, component), component.getGenericType());
        }
        json.writeEndObject();
    }

    private static Object get(Record value, RecordComponent component) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true); // a record may be private to who has it written
            return accessor.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static @Nullable Object tree(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    map.put(name, tree(json));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(tree(json));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null -> throw new IOException("the text ends too early");
            default -> json.getText();
        };
    }

    /// Whatever a value's type says against the value is damage of the file, not a bug.
    private static Object bind(@Nullable Object node, Type type, String place) throws IOException {
        try {
            return bindAt(node, type, place);
        } catch (RuntimeException e) {
            throw new IOException(place + ": " + e.getMessage(), e);
        }
    }

    private static Object bindAt(@Nullable Object node, Type type, String place) throws IOException {
        Class<?> raw = raw(type);
        if (raw == Optional.class) {
            return node == null ? Optional.empty() : Optional.of(bind(node, argument(type, 0), place));
        }
        if (raw == List.class) {
            List<Object> items = new ArrayList<>();
            for (Object item : node == null ? List.of() : as(List.class, node, place)) {
                items.add(bind(item, argument(type, 0), place + "[" + items.size() + "]"));
            }
            return items;
        }
        if (raw == Map.class) {
            Map<String, Object> items = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry :
                    (node == null ? Map.<String, Object>of() : (Map<?, ?>) as(Map.class, node, place)).entrySet()) {
                items.put(
                        String.valueOf(entry.getKey()),
                        bind(entry.getValue(), argument(type, 1), place + "." + entry.getKey()));
            }
            return items;
        }
        if (node == null) {
            throw new IOException(place + " is missing");
        }
        if (raw == long.class || raw == Long.class) {
            return as(Long.class, node, place);
        }
        if (raw == int.class || raw == Integer.class) {
            return Math.toIntExact(as(Long.class, node, place));
        }
        if (raw == boolean.class) {
            return as(Boolean.class, node, place);
        }
        if (raw.isRecord() || raw.isSealed()) {
            return bindRecord(as(Map.class, node, place), raw, place);
        }
        return parse(as(String.class, node, place), raw, place);
    }

    private static Object parse(String text, Class<?> type, String place) throws IOException {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> constant.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IOException(place + ": no " + type.getSimpleName() + " '" + text + "'"));
        }
        return switch (type.getSimpleName()) {
            case "String" -> text;
            case "Instant" -> within(EARLIEST, Instant.parse(text), LATEST, place);
            case "Duration" -> within(LONGEST.negated(), Duration.parse(text), LONGEST, place);
            case "URI" -> URI.create(text);
            case "Path" -> Path.of(text);
            default -> throw new IOException(place + ": " + type + " is not a type of the state");
        };
    }

    /// Times with which one can reckon.
    private static <T extends Comparable<T>> T within(T least, T value, T most, String place) throws IOException {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IOException(place + ": " + value + " is not between " + least + " and " + most);
        }
        return value;
    }

    private static Object bindRecord(Map<?, ?> fields, Class<?> declared, String place) throws IOException {
        Class<?> type = declared.isRecord() ? declared : caseOf(declared, String.valueOf(fields.get(CASE)), place);
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            values[i] = bind(fields.get(name), components[i].getGenericType(), place + "." + name);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true); // as when it was written
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IOException(place + ": " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IOException(place + ": cannot make a " + type.getSimpleName(), e);
        }
    }

    private static Class<?> caseOf(Class<?> sealed, String name, String place) throws IOException {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .filter(permitted -> permitted.getSimpleName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IOException(place + ": no " + sealed.getSimpleName() + " '" + name + "'"));
    }

    private static <T> T as(Class<T> type, @Nullable Object node, String place) throws IOException {
        if (!type.isInstance(node)) {
            throw new IOException(place + " is not a " + type.getSimpleName());
        }
        return type.cast(node);
    }

    private static Class<?> raw(Type type) {
        return type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : (Class<?>) type;
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }
}
