package io.lectio.config;

import io.lectio.config.Settings.Place;
import java.util.List;

/// A value as the owner wrote it.
///
/// @param texts one, or those of a list
/// @param as the name that stands there
record Written(List<String> texts, Place place, String as) {
    Written {
        texts = List.copyOf(texts);
    }
}
