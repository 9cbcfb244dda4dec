package io.lectio.core.deploy;

import io.lectio.core.policy.Part;
import java.util.Optional;

/// One part that a deploy makes another.
///
/// @param to the id under which what will be live is stored
/// @param from the one under which what is live is stored, once it is
public record Change(Part part, String to, Optional<String> from) {}
