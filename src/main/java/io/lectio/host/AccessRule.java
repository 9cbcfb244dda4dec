package io.lectio.host;

import io.lectio.core.health.Finding.Rule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// Whether the kernel would let a user do one thing with one inode, by owner, groups, access list and others, in the
/// kernel's own order. Source: acl(5), "Access check algorithm".
final class AccessRule {
    private static final int USER_OBJ = 0x01;
    private static final int USER = 0x02;
    private static final int GROUP_OBJ = 0x04;
    private static final int GROUP = 0x08;
    private static final int MASK = 0x10;
    private static final int HEADER = 4;
    private static final int ENTRY = 8;

    private AccessRule() {}

    /// The permission bit that decides for this user where there is no access list.
    static int decidingBit(Stat stat, WebUser user, int wanted) {
        if (stat.uid() == user.uid()) {
            return wanted << 6;
        }
        return user.groups().contains(stat.gid()) ? wanted << 3 : wanted;
    }

    /// Whether an access list could change the answer: never for the owner, and not where its mask, which is then the
    /// group's bits, grants nothing: the kernel does not look at the list then.
    static boolean asksAcl(Stat stat, WebUser user) {
        return user.uid() != 0 && stat.uid() != user.uid() && (stat.mode() & 0070) != 0;
    }

    /// @param acl the inode's access list as the kernel stores it; empty where there is none
    static boolean allows(Stat stat, byte[] acl, WebUser user, int wanted) {
        if (user.uid() == 0) {
            return true;
        }
        if (acl.length == 0 || !asksAcl(stat, user)) {
            return (stat.mode() & decidingBit(stat, user, wanted)) != 0;
        }
        return byAcl(stat, ByteBuffer.wrap(acl).order(ByteOrder.LITTLE_ENDIAN), user, wanted);
    }

    /// By what an entry is closed to this user, where that is neither its owner's nor all others' bits.
    static Optional<Rule> closing(Stat stat, byte[] acl, WebUser user) {
        if (acl.length > 0) {
            return Optional.of(Rule.ACL);
        }
        int wanted = stat.isFolder() ? WebUser.SEARCH : WebUser.READ;
        boolean byOthers = stat.uid() != user.uid() && !user.groups().contains(stat.gid());
        return byOthers && (stat.mode() & wanted << 3) != 0 ? Optional.of(Rule.GROUP) : Optional.empty();
    }

    private static boolean byAcl(Stat stat, ByteBuffer acl, WebUser user, int wanted) {
        int mask = 7;
        Optional<Boolean> named = Optional.empty();
        boolean member = false;
        boolean memberMay = false;
        boolean other = false;
        for (int at = HEADER; at + ENTRY <= acl.limit(); at += ENTRY) {
            int tag = Short.toUnsignedInt(acl.getShort(at));
            boolean grants = (acl.getShort(at + 2) & wanted) != 0;
            int id = acl.getInt(at + 4);
            switch (tag) {
                case USER -> named = id == user.uid() ? Optional.of(grants) : named;
                case GROUP_OBJ, GROUP -> {
                    if (user.groups().contains(tag == GROUP_OBJ ? stat.gid() : id)) {
                        member = true;
                        memberMay |= grants;
                    }
                }
                case MASK -> mask = acl.getShort(at + 2);
                case USER_OBJ -> {}
                default -> other = grants;
            }
        }
        boolean masked = (mask & wanted) != 0;
        if (named.isPresent()) {
            return named.get() && masked;
        }
        return member ? memberMay && masked : other;
    }
}
