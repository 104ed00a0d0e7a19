using System.Text.Json;

namespace Hone.Data.Datasets;

/// <summary>Who speaks in a conversation, and whether in an order that makes sense.</summary>
internal static class ConversationRoles
{
    /// <summary>The role whose messages are trained.</summary>
    public const string Assistant = "assistant";

    private const string User = "user";

    private static readonly string[] s_instructions = ["system", "developer"];

    /// <summary>The roles of the messages.</summary>
    /// <exception cref="InvalidRowException">There is no message, or one has no role.</exception>
    public static IReadOnlyList<string> Read(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            throw new InvalidRowException(RowIssue.Malformed, messages.ValueKind == JsonValueKind.Array ? "its list of messages is empty" : $"its messages are {messages.ValueKind}, not an array", "give at least a message of the user and one of the assistant");
        }

        var roles = new List<string>();
        foreach (JsonElement message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out JsonElement role) || role.ValueKind != JsonValueKind.String)
            {
                throw new InvalidRowException(RowIssue.Malformed, $"message {roles.Count + 1} is no object with a role", "write {\"role\": \"user\", \"content\": \"…\"}");
            }

            roles.Add(role.GetString()!); // strings are never null
        }

        return roles;
    }

    /// <summary>Refuses a conversation whose system message comes late, that begins with the assistant, or in which somebody speaks twice in a row.</summary>
    /// <exception cref="InvalidRowException">The order is wrong.</exception>
    public static void Check(IReadOnlyList<string> roles)
    {
        string before = "";
        for (int i = 0; i < roles.Count; i++)
        {
            string role = roles[i];
            bool isInstruction = s_instructions.Contains(role);
            string? fault = role switch
            {
                _ when isInstruction && i > 0 => $"message {i + 1} is by '{role}', which speaks first or not at all",
                Assistant when i == 0 || s_instructions.Contains(before) => $"message {i + 1} is by the assistant, but nobody asked it anything",
                Assistant or User when role == before => $"messages {i} and {i + 1} are both by '{role}'",
                User or Assistant => null,
                _ when !isInstruction && (i == 0 || before is User || s_instructions.Contains(before)) => $"message {i + 1} is by '{role}', but follows no turn of the assistant",
                _ => null,
            };
            if (fault is not null)
            {
                throw new InvalidRowException(RowIssue.RolesOutOfOrder, $"{fault} ({string.Join(", ", roles)})", "correct the row, or set check_roles: false if the chat template copes with it");
            }

            before = role;
        }
    }
}
