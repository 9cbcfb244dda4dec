package io.lectio.host;

import java.time.Instant;

/// What the kernel says of one inode.
///
/// @param type the file type bits of `S_IFMT`
/// @param mode the permission bits, of `07777`
/// @param size in bytes
/// @param changed the inode's change time
/// @param arrived when it was made or its content last written, whichever is later
/// @param immutable whether not even root may change its rights (`chattr +i`, `+a`)
/// @param mount the mount through which it is seen: a bind mount shares its device, not this
record Stat(
        int type,
        int mode,
        int uid,
        int gid,
        int links,
        long inode,
        long device,
        long size,
        Instant changed,
        Instant arrived,
        boolean immutable,
        long mount) {
    static final int SET_ID = 06000;

    boolean isFolder() {
        return type == 0x4000;
    }

    boolean isFile() {
        return type == 0x8000;
    }

    boolean isLink() {
        return type == 0xa000;
    }

    boolean sameInode(Stat other) {
        return inode == other.inode && device == other.device && type == other.type;
    }
}
