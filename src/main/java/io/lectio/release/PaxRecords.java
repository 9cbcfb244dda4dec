package io.lectio.release;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// What a pax header says of the entry after it.
final class PaxRecords {
    private PaxRecords() {}

    /// `LENGTH KEY=VALUE` and a line feed each; the length counts them all.
    static Map<String, byte[]> read(byte[] name, byte[] content) throws BadArchive {
        Map<String, byte[]> records = new HashMap<>();
        for (int at = 0; at < content.length; ) {
            int space = indexOf(content, ' ', at, content.length);
            long end = at + decimal(name, Arrays.copyOfRange(content, at, space));
            int equals = indexOf(content, '=', space, (int) Math.min(end, content.length));
            if (end > content.length || equals >= end || content[(int) end - 1] != '\n') {
                throw damaged(name);
            }
            String key = new String(content, space + 1, equals - space - 1, StandardCharsets.ISO_8859_1);
            byte[] value = Arrays.copyOfRange(content, equals + 1, (int) end - 1);
            if (key.startsWith("GNU.sparse.") || key.equals("SCHILY.realsize")) {
                throw Unpacking.refused(name, "it is a sparse file; make the archive without --sparse");
            } else if (key.equals("hdrcharset") && !new String(value, StandardCharsets.ISO_8859_1).endsWith("UTF-8")) {
                throw Unpacking.refused(name, "the name is not UTF-8; rename the file");
            }
            if (records.put(key, value) != null) {
                throw damaged(name);
            }
            at = (int) end;
        }
        return records;
    }

    private static int indexOf(byte[] bytes, int wanted, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    static long decimal(byte[] name, byte[] digits) throws BadArchive {
        String text = new String(digits, StandardCharsets.ISO_8859_1);
        if (!text.matches("[0-9]{1,18}")) {
            throw damaged(name);
        }
        return Long.parseLong(text);
    }

    private static BadArchive damaged(byte[] name) {
        return Unpacking.refused(name, "its header is damaged; make the archive anew with tar -czf");
    }
}
