package io.lectio.probe;

import java.util.ArrayList;
import java.util.List;

/// The addresses of a `srcset`. Source: HTML Living Standard, 4.8.4.3.10 "Parsing a srcset attribute": an address ends
/// at white space, so that a comma within it (`data:`, or a resizer's options) is its own; commas at its end are not.
final class SrcSet {
    private SrcSet() {}

    static List<String> urls(String srcset) {
        List<String> urls = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < srcset.length() && (isBlank(srcset.charAt(at)) || srcset.charAt(at) == ',')) {
                at++;
            }
            if (at == srcset.length()) {
                return urls;
            }
            int start = at;
            while (at < srcset.length() && !isBlank(srcset.charAt(at))) {
                at++;
            }
            int end = at;
            while (srcset.charAt(end - 1) == ',') {
                end--;
            }
            urls.add(srcset.substring(start, end));
            if (end == at) {
                at = afterDescriptors(srcset, at);
            }
        }
    }

    /// Past `2x` or `640w` and what else there may be until the next comma that is outside of parentheses.
    private static int afterDescriptors(String srcset, int from) {
        boolean inside = false;
        for (int at = from; at < srcset.length(); at++) {
            char each = srcset.charAt(at);
            if (each == '(') {
                inside = true;
            } else if (each == ')') {
                inside = false;
            } else if (each == ',' && !inside) {
                return at + 1;
            }
        }
        return srcset.length();
    }

    private static boolean isBlank(char each) {
        return each == ' ' || each == '\t' || each == '\n' || each == '\f' || each == '\r';
    }
}
