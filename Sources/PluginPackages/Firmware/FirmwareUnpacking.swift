// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import Foundation
import PhonePlugins

/// Does the steps of a firmware package: takes files out of archives, and says where each goes.
struct FirmwareUnpacking {
    /// A file that is to be placed.
    struct Placement {
        /// Where it lies now.
        let path: String
        /// Whether it was unpacked for this, and may be moved.
        let isOurs: Bool
    }

    let package: FirmwarePackage
    /// The downloaded files by name.
    let sources: [String: String]
    /// A directory for what is unpacked.
    let scratch: String
    let goesOn: @Sendable () -> Bool

    /// Does all steps.
    ///
    /// - Returns: The files by their path below the plugin's `files/`.
    func run() throws(PackageError) -> [String: Placement] {
        var placements: [String: Placement] = [:]
        for (number, step) in package.steps.enumerated() {
            var found = 0
            for file in package.files where step.takes(file.name) {
                guard let source = sources[file.name] else { continue }
                for (name, placement) in try candidates(source, file.name, step.unpack[...], "\(scratch)/\(number)/\(found)") {
                    guard let relative = step.relativePath(of: name) else { continue }
                    found += 1
                    placements[step.destination + (step.newName ?? relative)] = placement
                }
            }
            if let name = step.newName, found > 1 {
                throw PackageError(
                    .malformed, "package \(package.id), step \(number + 1)", "\(found) files match \(step.members.joined(separator: ", ")), and only one can become \(name)",
                    remedy: "tell the plugin's maintainers: the step has to name one file")
            }
            guard found > 0 else {
                throw PackageError(
                    .malformed, "package \(package.id), step \(number + 1)", "no file matches \(step.members.joined(separator: ", "))",
                    remedy: "the manufacturer changed what is in the archive: tell the plugin's maintainers")
            }
        }
        return placements
    }

    /// The files of a source, by their path in the innermost archive.
    private func candidates(
        _ source: String, _ name: String, _ archives: ArraySlice<FirmwarePackage.Step.Archive>, _ directory: String
    ) throws(PackageError) -> [String: Placement] {
        guard let archive = archives.first else { return [name: Placement(path: source, isOurs: directory.isEmpty)] }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .file(error, directory, "cannot be made")
        }
        let inner = archives.dropFirst()
        let files: [Unpacking.File]
        do {
            let goesOn = goesOn
            // Of an archive in an archive, only what is one is of use.
            files = try Unpacking(limits: .firmware) { _ in goesOn() }.unpack(source, format: archive.format, into: directory) { path in
                inner.first.map { $0.isName(ofIts: path) } ?? true
            }
        } catch {
            throw PackageError(error)
        }
        var found: [String: Placement] = [:]
        for (number, file) in files.enumerated() {
            let path = "\(directory)/\(file.path)"
            guard !inner.isEmpty else {
                found[file.path] = Placement(path: path, isOurs: true)
                continue
            }
            found.merge(try candidates(path, file.path, inner, "\(directory).\(number)")) { first, _ in first }
        }
        return found
    }
}

extension FirmwarePackage.Step {
    /// Whether the step works on a downloaded file.
    fileprivate func takes(_ name: String) -> Bool { sources.isEmpty || sources.contains { Self.matches(name, $0) } }

    /// The path below the destination of a file that the step picks: a directory that is picked keeps what is below it.
    ///
    /// - Returns: `nil` for a file that it does not pick.
    func relativePath(of path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        for member in members {
            let wanted = member.split(separator: "/").map(String.init)
            // A name alone is looked for at any depth, a path from the beginning.
            let starts = wanted.count == 1 ? Array(parts.indices) : parts.count >= wanted.count ? [0] : []
            for start in starts where zip(parts[start...], wanted).allSatisfy({ Self.matches($0, $1) }) {
                return parts[(start + wanted.count - 1)...].joined(separator: "/")
            }
        }
        return nil
    }

    /// Whether a name matches a pattern in which `*` stands for any characters.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return name == pattern }
        guard name.hasPrefix(first), name.dropFirst(first.count).hasSuffix(last), name.count >= first.count + last.count else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let range = rest.firstRange(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}

extension FirmwarePackage.Step.Archive {
    var format: ArchiveFormat {
        switch self {
        case .zip: .zip
        case .tar: .tar
        case .rar: .rar
        case .sevenZip: .sevenZip
        case .gz, .xz: .compressed
        }
    }

    /// Whether a file's name says that it is an archive of this kind.
    func isName(ofIts path: String) -> Bool {
        let name = path.lowercased()
        let endings: [String] =
            switch self {
            case .zip: [".zip"]
            case .tar: [".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz"]
            case .rar: [".rar"]
            case .sevenZip: [".7z"]
            case .gz: [".gz"]
            case .xz: [".xz"]
            }
        return endings.contains { name.hasSuffix($0) }
    }
}
