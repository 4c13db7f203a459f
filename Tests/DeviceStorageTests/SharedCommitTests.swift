// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import ProvModel
import Testing

@Suite("Transactions that share a commit")
struct SharedCommitTests {
    private struct Refusal: Error, Equatable { let number: Int }

    private static let count = 300

    /// Writes as many devices at the same time as there are numbers, and refuses some after they were written.
    private func write(to store: SQLiteStore, refusing isRefused: @escaping @Sendable (Int) -> Bool) async throws -> (written: Set<Int>, refused: Set<Int>) {
        await withTaskGroup(of: (Int, Bool).self) { group in
            for number in 0..<Self.count {
                group.addTask {
                    let isWritten: Void? = try? await store.transaction { transaction in
                        try transaction.save(Device(id: DeviceID(stored: "d\(number)"), document: ["number": .int(number)]))
                        if isRefused(number) { throw Refusal(number: number) }
                    }
                    return (number, isWritten != nil)
                }
            }
            var written: Set<Int> = [], refused: Set<Int> = []
            for await (number, isWritten) in group {
                if isWritten { written.insert(number) } else { refused.insert(number) }
            }
            return (written, refused)
        }
    }

    @Test("Of many writes at once those are there that were acknowledged, and nothing of those that were refused")
    func independence() async throws {
        let folder = try TemporaryFolder()
        for store in [try SQLiteStore.inMemory(), try SQLiteStore(path: folder.path + "/provd.db")] {
            let (written, refused) = try await write(to: store) { $0.isMultiple(of: 7) }
            #expect(refused == Set((0..<Self.count).filter { $0.isMultiple(of: 7) }))
            let stored = Set(try await store.devices().compactMap { $0.document["number"]?.int })
            #expect(stored == written)
        }
    }

    @Test("A write against the rules of the schema undoes itself alone")
    func constraint() async throws {
        let store = try SQLiteStore.inMemory()
        let tenant = TenantID("t")
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let line = Line(
                        id: LineID("l\(number)"), tenant: tenant, number: "\(number)", displayName: "x", username: "u\(number / 2)", password: "p",
                        provisioningCode: nil, server: nil, device: nil)
                    do {
                        try await store.transaction { try $0.save(line) }
                        return true
                    } catch {
                        #expect((error as? StoreError)?.code == .constraint)
                        return false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count(where: { $0 }) == 50)
        #expect(try await store.lines().count == 50)
    }

    @Test("Each write sees those that were acknowledged before, and none is lost")
    func counting() async throws {
        let store = try SQLiteStore.inMemory()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.count {
                group.addTask {
                    try? await store.transaction { transaction in
                        let count = try transaction.setting("count").flatMap(Int.init) ?? 0
                        try transaction.save(setting: "count", String(count + 1))
                    }
                }
            }
        }
        #expect(try await store.setting("count") == "\(Self.count)")
    }

    @Test("Who was answered reads what he wrote, also where documents are remembered")
    func readsOfOnesOwn() async throws {
        let store = try SQLiteStore.inMemory(), id = DeviceID(stored: "d"), mac = try #require(MACAddress("00:15:65:0a:bb:cc"))
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let own = DeviceID(stored: "d\(worker)")
                    for round in 0..<50 {
                        let device = Device(id: own, document: ["mac": .string(mac.description), "round": .int(round)])
                        try? await store.transaction { try $0.save(device) }
                        let read = try? await store.device(own)
                        #expect(read?.document["round"]?.int == round)
                        let found = try? await store.devices(where: .mac(mac)).first { $0.id == own }
                        #expect(found?.document["round"]?.int == round)
                    }
                }
            }
        }
        #expect(try await store.device(id) == nil)
    }

    @Test("A task that is cancelled finishes the write that it began")
    func cancellation() async throws {
        let store = try SQLiteStore.inMemory()
        let writer = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            try await store.transaction { try $0.save(setting: "kept", "yes") }
        }
        try await writer.value
        #expect(try await store.setting("kept") == "yes")
    }
}
